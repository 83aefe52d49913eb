"""A process that does the backtest that waits, and is killed at one of its statements.

Called with the database's address and the number of the statement that it dies before; 0 for none.
"""

from __future__ import annotations

import garland.tables  # noqa: F401  completes the metadata
from kernel.db import make_sessions
from runtime.backtests.performing import do_next_backtest
from tenancy.scope import guarded
from tests.support.dying import dying_engine


def main(database_url: str, dies_before: int) -> None:
    """Do one backtest."""
    engine = dying_engine(database_url, dies_before)
    reading = guarded(make_sessions(engine.execution_options(garland_read_only=True)))
    do_next_backtest(guarded(make_sessions(engine)), reading)
