"""A process that does what is due at an instant, and is killed at one of its statements.

Called with the database's address, the instant, and the number of the statement that it dies
before; 0 for none. It ends shelves, storms and planned work, and correlates, as scheduler
and correlator do, until nothing is left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

import garland.tables  # noqa: F401  completes the metadata
from kernel.db import make_sessions
from runtime.alarms.clock import do_due
from runtime.alarms.journal import has_undone
from runtime.correlation import correlate_batch
from runtime.quieting.releasing import has_due_storms_or_holds, release_all
from runtime.rules.matcher import Matcher
from tenancy.scope import guarded, system
from tests.support.dying import dying_engine

BATCH = 7
ROUNDS_MAX = 200


def main(database_url: str, now: datetime, dies_before: int) -> None:
    """Do all that is due, in transactions of the size that is usual."""
    engine = dying_engine(database_url, dies_before)
    sessions = guarded(make_sessions(engine))
    with Matcher() as matcher:
        for _ in range(ROUNDS_MAX):
            if not _round(sessions, matcher, now):
                return
    raise RuntimeError("it never came to rest")


def _round(sessions: sessionmaker[Session], matcher: Matcher, now: datetime) -> bool:
    """Do a bite of everything; tell whether there may be more."""
    done = _within(sessions, lambda session: do_due(session, now=now, most=BATCH)) > 0
    release_all(sessions, sessions, now=now)
    with sessions() as session, session.begin():
        done = correlate_batch(session, matcher=matcher, now=now, limit=BATCH) > 0 or done
    waits = _within(sessions, lambda session: has_undone(session) or _held(session, now))
    return done or waits > 0


def _held(session: Session, now: datetime) -> bool:
    return has_due_storms_or_holds(session, now=now)


def _within(sessions: sessionmaker[Session], deed: Callable[[Session], int]) -> int:
    with sessions() as session, session.begin(), system(session):
        return deed(session)
