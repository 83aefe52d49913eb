"""What the lifecycle's outcome makes of an alarm's columns. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from runtime.alarms._said import write_said
from runtime.alarms.lifecycle import AckState, Occurrence
from runtime.alarms.model import AlarmEvent

Facts = dict[str, Any]
OCCURRENCE_FIELDS = tuple(Occurrence.__dataclass_fields__)


def occurrence_of(alarm: Mapping[str, Any]) -> Occurrence:
    """Give the cycle that an alarm's columns are about."""
    return Occurrence(**{name: alarm[name] for name in OCCURRENCE_FIELDS})


def occurrence_values(occurrence: Occurrence) -> Facts:
    """Give the columns of a cycle."""
    values: Facts = {name: getattr(occurrence, name) for name in OCCURRENCE_FIELDS}
    values["severity_rank"] = occurrence.perceived_severity.rank
    values["is_active"] = occurrence.is_active
    return values


def write_occurrence(
    alarm: Facts, occurrence: Occurrence, event: AlarmEvent, *, at: datetime, seq: int
) -> None:
    """Write what an event, received at `at` as row `seq` of the journal, made of an alarm."""
    alarm.update(occurrence_values(occurrence))
    alarm["reported_at"] = at
    if event.is_clear:
        alarm["cleared_by"] = event.source
        return
    alarm["cleared_by"] = "" if occurrence.is_active else alarm["cleared_by"] or event.source
    alarm["last_seq"] = seq
    if occurrence.ack_state is AckState.UNACKNOWLEDGED:
        alarm["acked_at"], alarm["acked_by"] = None, ""
    write_said(alarm, event)


def shelf_of(before: Mapping[str, Any] | None, *, at: datetime) -> Facts:
    """Give the shelf that a new occurrence takes over: it was the problem that was put aside."""
    until = before["shelved_until"] if before else None
    if before is None or until is None or until <= at:
        return {}
    return {name: before[name] for name in ("shelved_until", "shelved_by", "shelved_reason")}
