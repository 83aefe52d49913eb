"""Who has work to do right now, by the database alone: what the sweep asks each second."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from runtime.alarms.journal import has_undone
from runtime.runs.query import has_due_runs, has_due_steps
from runtime.wake import Sleeper


def due_sleepers(session: Session, *, now: datetime) -> list[Sleeper]:
    """Name the kinds of process that have due work; call it in system scope."""
    found: list[Sleeper] = []
    if has_undone(session):
        found.append("correlator")
    if has_due_runs(session, now=now):
        found.append("runs")
    if has_due_steps(session, now=now):
        found.append("steps")
    return found
