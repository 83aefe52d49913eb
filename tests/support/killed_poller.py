"""A process that asks what is new at an instant, and is killed at one of its statements.

Called with the database's address, the instant, and the number of the statement that it dies
before; 0 for none.
"""

from __future__ import annotations

import sys
from datetime import datetime

import garland.tables  # noqa: F401  completes the metadata
from kernel.clock import parse_instant
from kernel.db import make_sessions
from tenancy.scope import guarded
from tests.support.dying import dying_engine
from tests.support.polling import make_poller


def main(database_url: str, now: datetime, dies_before: int) -> None:
    """Ask whatever is due, once."""
    sessions = guarded(make_sessions(dying_engine(database_url, dies_before)))
    make_poller(sessions).round(now=now)


if __name__ == "__main__":
    main(sys.argv[1], parse_instant(sys.argv[2]), int(sys.argv[3]))
