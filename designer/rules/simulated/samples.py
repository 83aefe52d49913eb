"""Recent alarms written as the events that a source would have sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms.documents import AlarmView
from runtime.alarms.store import AlarmFilter, list_alarms

TAKEN = 10
_SAID = (
    "source",
    "event_type",
    "probable_cause",
    "specific_problem",
    "text",
    "managed_object_type",
    "place",
    "reporting_system",
    "problem",
)
_KEYS = ("affected_services", "affected_customers")
EXAMPLE = {
    "managed_object": "link-1",
    "perceived_severity": "critical",
    "event_type": "communicationsAlarm",
    "specific_problem": "Loss of signal",
    "raised_at": "2026-01-01T12:00:00Z",
}


def recent_events(session: Session, tenant_id: UUID) -> dict[str, Any]:
    """Give the newest alarms as events, oldest first; an invented one where there is none."""
    alarms = list_alarms(session, tenant_id, AlarmFilter(state=""), limit=TAKEN)
    return {"events": [_event(one) for one in reversed(alarms)] or [EXAMPLE]}


def _event(alarm: AlarmView) -> dict[str, Any]:
    said = {name: getattr(alarm, name) for name in _SAID if getattr(alarm, name)}
    said |= {name: list(getattr(alarm, name)) for name in _KEYS if getattr(alarm, name)}
    return {
        "managed_object": alarm.managed_object,
        "perceived_severity": alarm.original_severity.value,
        **said,
        "raised_at": format_instant(alarm.last_raised_at),
        **({"attributes": dict(alarm.attributes)} if alarm.attributes else {}),
    }
