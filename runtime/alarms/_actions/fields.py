"""Setting fields of an alarm over what its source says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import InvalidError
from kernel.schema import Schema
from runtime.alarms._actions.rows import act, locked
from runtime.alarms._storable import storage_problems
from runtime.alarms.console.tickets import note_tickets
from runtime.alarms.deeds import Deed
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.model import EVENT_SCHEMA, NAME_MAX, TEXT_MAX, Severity

_EVENT = EVENT_SCHEMA["properties"]
SETTABLE = Schema(
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
            "affected_services": _EVENT["affected_services"],
            "affected_customers": _EVENT["affected_customers"],
            "managed_object_type": _EVENT["managed_object_type"],
            "place": _EVENT["place"],
            "proposed_repair_actions": _EVENT["proposed_repair_actions"],
            "service_affecting": {"type": ["boolean", "null"]},
            "will_clear": {"type": ["boolean", "null"]},
            "reporting_system": _EVENT["reporting_system"],
            "problem": _EVENT["problem"],
            "threshold": {"anyOf": [_EVENT["threshold"], {"type": "null"}]},
            "attributes": {"type": "object", "maxProperties": 256},
        },
    }
)


def set_fields(
    session: Session,
    tenant_id: UUID,
    alarm_id: UUID,
    *,
    fields: Mapping[str, Any],
    by: str,
    now: datetime,
) -> AlarmView:
    """Set severity, text, place or attributes over what the source says; a repeat keeps them.

    Raises:
        InvalidError: naming the field that cannot be set so.
    """
    SETTABLE.require(dict(fields), "the alarm cannot be set so")
    row = locked(session, tenant_id, alarm_id)
    attributes = {**row.attributes, **fields.get("attributes", {})}
    problems = storage_problems({**fields, "attributes": attributes})
    if problems:
        raise InvalidError("the alarm cannot be set so", problems=problems)
    act(session, row, Deed(kind="set", by=by, at=now, facts={"fields": dict(fields)}))
    note_tickets(session, tenant_id, [(row.id, fields.get("attributes", {}))], now=now)
    return view_of(row)
