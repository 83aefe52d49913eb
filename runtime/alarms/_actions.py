"""What people, rules and workflows do to an alarm; each leaves a line in its history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from kernel.schema import Schema
from runtime.alarms._tables import AlarmHistory, AlarmRow, history_row
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.journal import note_cleared
from runtime.alarms.lifecycle import AckState
from runtime.alarms.model import EVENT_SCHEMA, NAME_MAX, TEXT_MAX, Severity, storage_problems
from runtime.alarms.tmf642.hub.outbox import record
from runtime.wake import tell_pages_after_commit
from tenancy.rows import get_owned

COMMENT_MAX = 2_000
_SETTABLE = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {
            "perceived_severity": {
                "enum": [one.value for one in Severity if one is not Severity.CLEARED]
            },
            "text": {"type": "string", "maxLength": TEXT_MAX},
            "probable_cause": {"type": "string", "maxLength": NAME_MAX},
            "specific_problem": {"type": "string", "maxLength": NAME_MAX},
            "event_type": {"type": "string", "maxLength": 40},
            "external_id": {"type": "string", "maxLength": NAME_MAX},
            "affected_services": EVENT_SCHEMA["properties"]["affected_services"],
            "attributes": {"type": "object", "maxProperties": 256},
        },
    }
)


def acknowledge(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime, comment: str = ""
) -> AlarmView:
    """Take an alarm on; an acknowledged one stays as it is."""
    row = _locked(session, tenant_id, alarm_id)
    if row.ack_state is not AckState.ACKNOWLEDGED:
        row.ack_state, row.acked_at, row.acked_by = AckState.ACKNOWLEDGED, now, by[:200]
        _remember(session, row, "acknowledged", by=by, now=now, facts={"comment": comment})
    return view_of(row)


def unacknowledge(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Give an alarm back; an unacknowledged one stays as it is."""
    row = _locked(session, tenant_id, alarm_id)
    if row.ack_state is AckState.ACKNOWLEDGED:
        row.ack_state, row.acked_at, row.acked_by = AckState.UNACKNOWLEDGED, None, ""
        _remember(session, row, "unacknowledged", by=by, now=now, facts={})
    return view_of(row)


def clear_by_person(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Clear an alarm whose source will not; a cleared one stays as it is."""
    row = _locked(session, tenant_id, alarm_id)
    if row.is_active:
        row.previous_severity = row.perceived_severity
        row.perceived_severity = row.reported_severity = Severity.CLEARED
        row.severity_rank, row.is_active = Severity.CLEARED.rank, False
        row.cleared_at, row.cleared_by, row.changed_at = now, by[:200], now
        facts = {"severity": "cleared", "previous": row.previous_severity.value}
        _remember(session, row, "cleared", by=by, now=now, facts=facts)
        note_cleared(session, tenant_id, alarm_id, now=now)
    return view_of(row)


def comment(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, text: str, by: str, now: datetime
) -> AlarmView:
    """Note something with an alarm.

    Raises:
        InvalidError: the text is empty or over 2,000 characters.
    """
    said = text.strip()
    if not 1 <= len(said) <= COMMENT_MAX:
        message = f"comment: write 1 to {COMMENT_MAX} characters"
        raise InvalidError(message, problems=[Problem("/comment", message)])
    problems = storage_problems({"comment": said})
    if problems:
        raise InvalidError(problems[0].message, problems=problems)
    row = _locked(session, tenant_id, alarm_id)
    _remember(session, row, "commented", by=by, now=now, facts={"comment": said})
    return view_of(row)


def set_fields(
    session: Session,
    tenant_id: UUID,
    alarm_id: UUID,
    *,
    fields: Mapping[str, Any],
    by: str,
    now: datetime,
) -> AlarmView:
    """Set severity, text, cause or attributes over what the source says; a repeat keeps them.

    Raises:
        InvalidError: naming the field that cannot be set so.
    """
    _SETTABLE.require(dict(fields), "the alarm cannot be set so")
    row = _locked(session, tenant_id, alarm_id)
    attributes = {**row.attributes, **fields.get("attributes", {})}
    problems = storage_problems({**fields, "attributes": attributes})
    if problems:
        raise InvalidError("the alarm cannot be set so", problems=problems)
    overrides = dict(row.overrides)
    for name, value in fields.items():
        if name == "perceived_severity":
            _set_severity(row, Severity(value), now=now)
        elif name == "attributes":
            overrides[name] = {**overrides.get(name, {}), **value}
            row.attributes = attributes
        else:
            overrides[name] = value
            setattr(row, name, value)
    row.overrides = overrides
    _remember(session, row, "set", by=by, now=now, facts={"fields": dict(fields)})
    return view_of(row)


def suppress(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Mark an alarm as suppressed by a rule: it stays in the list, out of the way."""
    row = _locked(session, tenant_id, alarm_id)
    if row.suppressed_at is None:
        row.suppressed_at, row.suppressed_by = now, by[:200]
        _remember(session, row, "suppressed", by=by, now=now, facts={})
    return view_of(row)


def _set_severity(row: AlarmRow, severity: Severity, *, now: datetime) -> None:
    if not row.is_active or row.perceived_severity is severity:
        return
    row.previous_severity, row.perceived_severity = row.perceived_severity, severity
    row.severity_rank, row.changed_at = severity.rank, now


def _locked(session: Session, tenant_id: UUID, alarm_id: UUID) -> AlarmRow:
    return get_owned(session, AlarmRow, tenant_id, alarm_id, name="alarm", lock=True)


def _remember(
    session: Session, row: AlarmRow, kind: str, *, by: str, now: datetime, facts: dict[str, Any]
) -> None:
    session.flush()
    entry = history_row(row.tenant_id, row.id, at=now, kind=kind, by=by, facts=facts)
    session.execute(insert(AlarmHistory), [entry])
    record(session, row.tenant_id, [entry], [view_of(row)])
    tell_pages_after_commit(
        session, row.tenant_id, "alarms", {"id": str(row.id), "at": format_instant(now)}
    )
