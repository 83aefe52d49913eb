"""Who takes an alarm on: acknowledging it, and giving it back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms._actions.rows import act, locked
from runtime.alarms.deeds import Deed
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.policy.store import policy_of


def acknowledge(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime, comment: str = ""
) -> AlarmView:
    """Take an alarm on; an acknowledged one stays as it is."""
    row = locked(session, tenant_id, alarm_id)
    act(session, row, Deed(kind="acknowledged", by=by, at=now, facts={"comment": comment}))
    return view_of(row)


def unacknowledge(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Give an alarm back; an unacknowledged one stays as it is."""
    row = locked(session, tenant_id, alarm_id)
    policy = policy_of(session, tenant_id)
    act(session, row, Deed(kind="unacknowledged", by=by, at=now), policy=policy)
    return view_of(row)
