"""Clearing by hand an alarm whose source will not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms._actions.rows import locked, remember
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.journal import note_cleared
from runtime.alarms.model import Severity


def clear_by_person(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Clear an alarm whose source will not; a cleared one stays as it is."""
    row = locked(session, tenant_id, alarm_id)
    if row.is_active:
        row.previous_severity = row.perceived_severity
        row.perceived_severity = row.reported_severity = Severity.CLEARED
        row.severity_rank, row.is_active = Severity.CLEARED.rank, False
        row.cleared_at, row.cleared_by, row.changed_at = now, by[:200], now
        facts = {"severity": "cleared", "previous": row.previous_severity.value}
        remember(session, row, "cleared", by=by, now=now, facts=facts)
        note_cleared(session, tenant_id, alarm_id, now=now)
    return view_of(row)
