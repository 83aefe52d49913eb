"""Letting go what was held back, a bite at a time, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from runtime.alarms.holding.holds import BITE, has_due_holds, release_due
from runtime.quieting import storms
from tenancy.scope import system

_BITES_MAX = 200


def release_all(
    sessions: sessionmaker[Session], reading: sessionmaker[Session], *, now: datetime
) -> None:
    """End storms that are over, then release what is due; what is left is due the next time.

    A crash between two bites leaves the rest due; one inside a bite leaves all of it due.
    """
    with reading() as session, system(session):
        due = has_due_storms_or_holds(session, now=now)
    if due:
        _repeat(sessions, lambda session: storms.settle_storms(session, now=now) == storms.BITE)
        _repeat(sessions, lambda session: release_due(session, now=now) == BITE)


def has_due_storms_or_holds(session: Session, *, now: datetime) -> bool:
    """Tell whether there is something to do; call it in system scope."""
    return storms.has_due_storms(session, now=now) or has_due_holds(session, now=now)


def _repeat(sessions: sessionmaker[Session], bite: Callable[[Session], bool]) -> None:
    for _ in range(_BITES_MAX):
        with sessions() as session, session.begin(), system(session):
            has_more = bite(session)
        if not has_more:
            return
