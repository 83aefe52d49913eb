"""Who has work to do right now, by the database alone: what the sweep asks each second."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from runtime.alarms.journal import has_undone
from runtime.rules.timers import has_due
from runtime.runs.admission import stuck_turns
from runtime.runs.claims import groups_with_due_steps, has_due_runs
from runtime.wake import Sleeper

STUCK_EVERY_S = 10


class Due(NamedTuple):
    """A kind of process with work to do; steps are told apart by their workers' group."""

    sleeper: Sleeper
    worker_group: str = ""


def due_sleepers(session: Session, *, now: datetime) -> list[Due]:
    """Name the kinds of process that have due work; call it in system scope."""
    found: list[Due] = []
    if has_undone(session) or has_due(session, now=now):
        found.append(Due("correlator"))
    if has_due_runs(session, now=now) or _has_stuck_turns(session, now=now):
        found.append(Due("runs"))
    found += [Due("steps", group) for group in groups_with_due_steps(session, now=now)]
    return found


def _has_stuck_turns(session: Session, *, now: datetime) -> bool:
    """Tell whether a run waits for a turn that nobody gives; looked at every ten seconds."""
    return now.second % STUCK_EVERY_S == 0 and bool(stuck_turns(session))
