"""Alarms written as the events that a source would have sent: raised, changed, cleared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms.documents import AlarmView
from runtime.alarms.model import Severity
from runtime.alarms.past_lines import Line, read_lines_of
from runtime.alarms.store import AlarmFilter, list_alarms

TAKEN = 10
_LAST_LINE = 2**62
_TOLD = ("created", "reopened", "changed", "cleared")
_SAID = (
    "source",
    "external_id",
    "event_type",
    "probable_cause",
    "specific_problem",
    "text",
    "managed_object_type",
    "place",
    "reporting_system",
    "problem",
    "proposed_repair_actions",
)
_TRUTHS = ("service_affecting", "will_clear")
_KEYS = ("affected_services", "affected_customers")
EXAMPLE = {
    "managed_object": "link-1",
    "perceived_severity": "critical",
    "event_type": "communicationsAlarm",
    "specific_problem": "Loss of signal",
    "raised_at": "2026-01-01T12:00:00Z",
}


def recent_events(session: Session, tenant_id: UUID) -> dict[str, Any]:
    """Give what happened to the newest alarms as events; an invented one where there is none."""
    alarms = list_alarms(session, tenant_id, AlarmFilter(state=""), limit=TAKEN)
    return {"events": events_of(session, alarms) or [EXAMPLE]}


def events_of(session: Session, alarms: Sequence[AlarmView]) -> list[dict[str, Any]]:
    """Write what sources said of alarms as events, in the order in which it happened."""
    by_id = {one.id: one for one in alarms}
    lines = read_lines_of(session, by_id, before=_LAST_LINE) if by_id else []
    told = [one for one in lines if one.kind in _TOLD and one.event is not None]
    said = [(one.at, one.seq, _event(by_id[one.alarm_id], one.at, _severity(one))) for one in told]
    silent = by_id.keys() - {one.alarm_id for one in told}
    said += [
        (one.last_raised_at, 0, _event(one, one.last_raised_at, one.original_severity.value))
        for one in alarms
        if one.id in silent
    ]
    return [event for _, _, event in sorted(said, key=lambda one: one[:2])]


def event_of_document(alarm: Mapping[str, Any]) -> dict[str, Any]:
    """Write an alarm as a workflow sees it as the event that would have told of it."""
    names = (*_SAID, *_TRUTHS, *_KEYS, "threshold", "attributes")
    said = {name: alarm[name] for name in names if alarm.get(name) not in (None, "", [], {})}
    severity = str(alarm.get("perceived_severity") or EXAMPLE["perceived_severity"])
    at = alarm.get("last_raised_at") or alarm.get("raised_at") or EXAMPLE["raised_at"]
    return {
        "managed_object": alarm.get("managed_object", ""),
        "perceived_severity": severity,
        **said,
        "cleared_at" if severity == Severity.CLEARED else "raised_at": at,
    }


def _severity(line: Line) -> str:
    return str(line.facts["severity"])


def _event(alarm: AlarmView, at: datetime, severity: str) -> dict[str, Any]:
    is_clear = severity == Severity.CLEARED
    said = {name: getattr(alarm, name) for name in _SAID if getattr(alarm, name)}
    said |= {name: list(getattr(alarm, name)) for name in _KEYS if getattr(alarm, name)}
    said |= {name: getattr(alarm, name) for name in _TRUTHS if getattr(alarm, name) is not None}
    return {
        "managed_object": alarm.managed_object,
        "perceived_severity": severity,
        **said,
        "cleared_at" if is_clear else "raised_at": format_instant(at),
        **({"threshold": dict(alarm.threshold)} if alarm.threshold is not None else {}),
        **({"attributes": dict(alarm.attributes)} if alarm.attributes else {}),
    }
