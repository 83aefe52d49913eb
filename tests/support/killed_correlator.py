"""A process that correlates what waits, and is killed at one of its statements.

Called with the database's address and the number of the statement that it dies before; 0 for none.
Ends well once nothing waits and no timer is due.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import garland.tables  # noqa: F401  completes the metadata
from kernel.db import make_sessions
from runtime.alarms._tables import JournalEntry
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from tenancy.scope import guarded, system
from tests.support.dying import dying_engine

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # batches follow it, each an instant later
INSTANT = timedelta(microseconds=1)
BATCH = 7


def main(database_url: str, dies_before: int) -> None:
    """Correlate batch by batch, each in a transaction of its own."""
    engine = dying_engine(database_url, dies_before)
    sessions = guarded(make_sessions(engine))
    with Matcher() as matcher:
        while True:
            with sessions() as session, session.begin():
                now = _next_instant(session)
                done = correlate_batch(session, matcher=matcher, now=now, limit=BATCH)
            if not done:
                return


def _next_instant(session: Session) -> datetime:
    """Give an instant after that of the last batch that came to its end, whoever took it."""
    with system(session):
        last = session.scalar(select(func.max(JournalEntry.done_at)))
    return max(NOW, last or NOW) + INSTANT
