"""Clearing by hand an alarm whose source will not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms._actions.rows import act, locked
from runtime.alarms.deeds import Deed
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.journal import note_cleared


def clear_by_person(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Clear an alarm whose source will not; a cleared one stays as it is."""
    row = locked(session, tenant_id, alarm_id)
    if act(session, row, Deed(kind="cleared", by=by, at=now)):
        note_cleared(session, tenant_id, alarm_id, now=now)
    return view_of(row)
