"""Who takes an alarm on: acknowledging it, and giving it back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms import _deeds
from runtime.alarms._actions.rows import locked, remember, write
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.lifecycle import AckState
from runtime.alarms.policy.store import policy_of


def acknowledge(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime, comment: str = ""
) -> AlarmView:
    """Take an alarm on; an acknowledged one stays as it is."""
    row = locked(session, tenant_id, alarm_id)
    if row.ack_state is not AckState.ACKNOWLEDGED:
        write(row, _deeds.acknowledged(by=by, at=now))
        remember(session, row, "acknowledged", by=by, now=now, facts={"comment": comment})
    return view_of(row)


def unacknowledge(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Give an alarm back; an unacknowledged one stays as it is."""
    row = locked(session, tenant_id, alarm_id)
    if row.ack_state is AckState.ACKNOWLEDGED:
        write(row, _deeds.unacknowledged())
        if row.is_active:
            row.escalate_at = policy_of(session, tenant_id).escalates_at(0, since=now)
        remember(session, row, "unacknowledged", by=by, now=now, facts={})
    return view_of(row)
