"""A process that correlates what waits, and is killed at one of its statements.

Called with the database's address and the number of the statement that it dies before; 0 for none.
Ends well once nothing waits and no timer is due.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

import garland.tables  # noqa: F401  completes the metadata
from kernel.db import make_engine, make_sessions
from runtime.alarms._tables import JournalEntry
from runtime.correlation import correlate_batch
from runtime.rules.matcher import Matcher
from tenancy.scope import guarded, system

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # batches follow it, each an instant later
INSTANT = timedelta(microseconds=1)
BATCH = 7


def main(database_url: str, dies_before: int) -> None:
    """Correlate batch by batch, each in a transaction of its own."""
    engine = make_engine(database_url)
    number = count(1)

    def die(*_: Any) -> None:
        if next(number) == dies_before:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", die)
    event.listen(engine, "commit", die)
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


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
