"""Applying one event within a request that answers with its alarm, and telling the correlator.

The alarm changes in the request's transaction, by the same code as in a batch and never beside one:
the correlator's lease is waited for. Rules judge the change from a notice in the journal, which the
same transaction writes: once, in the journal's order, though the request may die right after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import format_instant, parse_instant
from runtime.alarms._batch import Change, apply_batch
from runtime.alarms._reading import find_alarm
from runtime.alarms.documents import AlarmView
from runtime.alarms.journal import APPLIED, JournalRow, append_taken, note_applied
from runtime.alarms.lifecycle import AckState, Transition
from runtime.alarms.model import AlarmEvent, Severity
from runtime.leases import CORRELATOR, wait_for_holder


def apply_at_once(
    session: Session,
    tenant_id: UUID,
    event: AlarmEvent,
    *,
    raw: Any,
    now: datetime,
    source_id: UUID | None = None,
) -> Change | None:
    """Apply an event now; None where it changed nothing, such as a clear of nothing active."""
    wait_for_holder(session, CORRELATOR)
    row = append_taken(session, tenant_id, event, now=now, raw=raw, source_id=source_id)
    changes = apply_batch(session, tenant_id, [row], now=now)
    if not changes:
        return None
    note_applied(session, tenant_id, _facts(changes[0]), now=now)
    return changes[0]


def changes_noted(session: Session, tenant_id: UUID, rows: Sequence[JournalRow]) -> list[Change]:
    """Give the changes that requests have made, of the notices among these rows."""
    noted = (_change(session, tenant_id, row) for row in rows if row.kind == APPLIED)
    return [one for one in noted if one is not None]


def _facts(change: Change) -> dict[str, Any]:
    alarm = change.alarm
    return {
        "alarm_id": str(alarm.id),
        "transition": change.transition.value,
        "before": change.previous_severity.value if change.previous_severity else None,
        "seq": change.seq,
        "severity": alarm.perceived_severity.value,
        "ack_state": alarm.ack_state.value,
        "is_active": alarm.is_active,
        "cleared_at": format_instant(alarm.cleared_at) if alarm.cleared_at else None,
        "count": alarm.count,
    }


def _change(session: Session, tenant_id: UUID, row: JournalRow) -> Change | None:
    alarm = find_alarm(session, tenant_id, UUID(row.event["alarm_id"]))
    return change_noted(alarm, row) if alarm is not None else None


def change_noted(alarm: AlarmView, row: JournalRow) -> Change:
    """Read a change back from its notice: the alarm as it was right after it, where it still is."""
    facts = row.event
    before, cleared_at = facts["before"], facts["cleared_at"]
    then = replace(
        alarm,
        perceived_severity=Severity(facts["severity"]),
        ack_state=AckState(facts["ack_state"]),
        is_active=facts["is_active"],
        cleared_at=parse_instant(cleared_at) if cleared_at else None,
        count=facts["count"],
    )
    return Change(
        alarm=then,
        transition=Transition(facts["transition"]),
        previous_severity=Severity(before) if before else None,
        seq=facts["seq"],
        parent=row.parent,
    )
