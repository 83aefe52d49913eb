"""A process that follows alarms for services, and is killed at one of its statements.

Called with the database's address and the number of the statement that it dies before; 0 for none.
"""

from __future__ import annotations

from datetime import UTC, datetime

import garland.tables  # noqa: F401  completes the metadata
from kernel.db import make_sessions
from runtime.services.following import Follower
from tenancy.scope import guarded
from tests.support.dying import dying_engine

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def main(database_url: str, dies_before: int) -> None:
    """Follow what is new."""
    engine = dying_engine(database_url, dies_before)
    sessions = guarded(make_sessions(engine))
    Follower(sessions, sessions).round(now=NOW)
