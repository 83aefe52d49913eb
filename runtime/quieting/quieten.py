"""Which of a batch's changes rules judge now, and which are held back.

Called between the lifecycle and the rules, in the batch's transaction. A raise that planned work
covers or that falls into a storm is held; what happens to it further is not judged either. Clears
always pass, and an alarm that cleared is held no longer. Nothing is lost: held alarms are followed
like any other, and rules judge what still stands when it is let go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.documents import alarm_document
from runtime.alarms.holding.holds import (
    MAINTENANCE,
    Hold,
    held_among,
    hold_many,
    let_cleared_go,
)
from runtime.alarms.journal import RELEASED, JournalRow, mark_held
from runtime.alarms.lifecycle import Transition
from runtime.alarms.store import Change, find_alarm
from runtime.maintenance.covering import Covering
from runtime.quieting.storms import StormWatch

_DAY = timedelta(days=1)
_RAISED = (Transition.CREATED, Transition.REOPENED)


class _Watches(Protocol):
    """Counts events, and says which storm holds an alarm back."""

    def see(self, change: Change) -> Hold | None:
        """Count one event."""


class _Calm:
    """No storm ever."""

    def see(self, _change: Change) -> Hold | None:
        """Hold nothing back."""


@dataclass(slots=True)
class _Pending:
    """What a batch holds and lets go, in memory until its end."""

    held: set[UUID]
    holds: dict[UUID, list[Hold]] = field(default_factory=dict)
    over: set[UUID] = field(default_factory=set)

    def hold(self, alarm_id: UUID, holds: list[Hold]) -> None:
        self.holds[alarm_id] = holds
        self.held.add(alarm_id)
        self.over.discard(alarm_id)

    def clear(self, alarm_id: UUID) -> None:
        if alarm_id in self.held:
            self.holds.pop(alarm_id, None)
            self.held.discard(alarm_id)
            self.over.add(alarm_id)


def quieten(
    session: Session, tenant_id: UUID, changes: Sequence[Change], *, now: datetime
) -> list[Change]:
    """Hold back what is to be held; give the changes that rules judge now, in their order."""
    if not changes:
        return []
    instants = [change.alarm.changed_at for change in changes]
    covering = Covering(session, tenant_id, first=min(instants), last=max(instants))
    watch = StormWatch(session, tenant_id, now=now)
    alarm_ids = {change.alarm.id for change in changes}
    pending = _Pending(held_among(session, tenant_id, alarm_ids))
    if not (covering or watch or pending.held):
        return list(changes)
    judged, kept = list[Change](), list[int]()
    for change in changes:
        if _passes(change, covering, watch, pending):
            judged.append(change)
        elif change.transition is not Transition.REPEATED:
            kept.append(change.seq)
    mark_held(session, kept)
    if pending.over:
        let_cleared_go(session, tenant_id, pending.over, now=now)
    holds = [
        replace(one, until=now) if one.holder_id in watch.ended else one
        for each in pending.holds.values()
        for one in each
    ]
    hold_many(session, tenant_id, holds, now=now)
    watch.write()
    return judged


def held_by_work(session: Session, tenant_id: UUID, changes: Sequence[Change]) -> dict[int, str]:
    """Name the planned work that would hold back each of these changes, by their places.

    As `quieten` does for what comes in life, but for storms; nothing is written.
    """
    pending, found = _Pending(set()), dict[int, str]()
    days: dict[date, Covering] = {}
    for change in changes:
        at = change.alarm.changed_at
        if at.date() not in days:  # instants that somebody gave may lie years apart
            begins = datetime.combine(at, time(), at.tzinfo)
            days[at.date()] = Covering(session, tenant_id, first=begins, last=begins + _DAY)
        passes = _passes(change, days[at.date()], _Calm(), pending)
        if not passes and change.transition is not Transition.REPEATED:
            found[change.seq] = pending.holds[change.alarm.id][0].name
    return found


def _passes(change: Change, covering: Covering, watch: _Watches, pending: _Pending) -> bool:
    alarm_id, transition = change.alarm.id, change.transition
    storm = watch.see(change)
    if transition is Transition.CLEARED:
        pending.clear(alarm_id)
        return True
    if transition not in _RAISED:
        return alarm_id not in pending.held
    holds = [*_planned(change, covering), *([storm] if storm is not None else [])]
    if not holds:
        pending.clear(alarm_id)  # it came again, and nothing holds it any more
        return True
    pending.hold(alarm_id, holds)
    return False


def _planned(change: Change, covering: Covering) -> list[Hold]:
    if not covering:
        return []
    alarm = change.alarm
    return [
        Hold(
            alarm_id=alarm.id,
            holder=MAINTENANCE,
            holder_id=cover.window_id,
            name=cover.window.name,
            until=cover.end,
        )
        for cover in covering.of(alarm_document(alarm), alarm.changed_at)
        if cover.window.suppresses
    ]


def released(session: Session, tenant_id: UUID, rows: Sequence[JournalRow]) -> list[Change]:
    """Give the alarms that were let go and still stand, as if they were raised now."""
    found = []
    for row in rows:
        if row.kind == RELEASED:
            alarm = find_alarm(session, tenant_id, UUID(row.event["alarm_id"]))
            if alarm is not None and alarm.is_active and alarm.suppressed_at is None:
                found.append(
                    Change(
                        alarm=alarm,
                        transition=Transition.CREATED,
                        previous_severity=None,
                        seq=row.seq,
                    )
                )
    return found
