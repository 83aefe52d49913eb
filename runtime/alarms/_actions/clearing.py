"""Clearing by hand an alarm whose source will not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms import _deeds
from runtime.alarms._actions.rows import locked, remember, write
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.journal import note_cleared


def clear_by_person(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Clear an alarm whose source will not; a cleared one stays as it is."""
    row = locked(session, tenant_id, alarm_id)
    if row.is_active:
        facts = {"severity": "cleared", "previous": row.perceived_severity.value}
        write(row, _deeds.cleared(row.perceived_severity, by=by, at=now))
        remember(session, row, "cleared", by=by, now=now, facts=facts)
        note_cleared(session, tenant_id, alarm_id, now=now)
    return view_of(row)
