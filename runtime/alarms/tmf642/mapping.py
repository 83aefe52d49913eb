"""An alarm as TMF642 writes it, and what TMF642 says as a canonical event. Pure.

What an alarm of ours has no field for (a place's role, a threshold's granularity, …) is kept as it
came, in one attribute named `tmf642`, and given back word for word; rules can read it there. Place
and threshold are fields of ours as well (`measured`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from runtime.alarms.documents import AlarmView
from runtime.alarms.model import AlarmEvent, EventType, Severity, parse_event
from runtime.alarms.tmf642.dialect import Dialect
from runtime.alarms.tmf642.measured import (
    CROSSED,
    PLACE,
    crossed_of,
    places_of,
    read_place,
    read_threshold,
)
from runtime.alarms.tmf642.signature import read_signature

KEPT = "tmf642"
"""The attribute of an alarm that holds what only TMF642 has."""

KEPT_NAMES = (
    "@baseType",
    "@schemaLocation",
    "@type",
    "affectedService",
    "alarmEscalation",
    "alarmedObject",
    "alarmedObjectType",
    "crossedThresholdInformation",
    "isRootCause",
    "place",
    "plannedOutageIndicator",
    "proposedRepairedActions",
    "reportingSystemId",
    "serviceAffecting",
)
OWN_FIELDS: Mapping[str, str] = {
    "alarmDetails": "text",
    "externalAlarmId": "external_id",
    "probableCause": "probable_cause",
    "specificProblem": "specific_problem",
}
SAID_ALSO: Mapping[str, str] = {
    "alarmedObjectType": "managed_object_type",
    "proposedRepairedActions": "proposed_repair_actions",
    "reportingSystemId": "reporting_system",
    "serviceAffecting": "service_affecting",
}
"""Fields of ours that are kept as TMF642 said them as well."""
_SPLIT_TYPES = ("securityService", "mechanismViolation")
_WORDS = {
    one.value.removesuffix("Alarm").lower(): one.value for one in EventType if one != "other"
} | {one.lower(): EventType.SECURITY_VIOLATION.value for one in _SPLIT_TYPES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody noted with an alarm."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What is known of an alarm beside its own row."""

    comments: Sequence[Comment] = ()
    child_ids: Sequence[UUID] = ()


def event_type_of(said: str) -> str:
    """Read an alarm type as X.733, 3GPP or TMF642 writes it; "other" for an unknown word.

    >>> event_type_of("Equipment Alarm"), event_type_of("mechanismViolation")
    ('equipmentAlarm', 'securityServiceOrMechanismViolation')
    >>> event_type_of("power")
    'other'
    """
    word = "".join(said.split()).lower().removesuffix("alarm")
    return _WORDS.get(word, EventType.OTHER.value)


def document_of(alarm: AlarmView, links: Links, dialect: Dialect) -> dict[str, Any]:
    """Write an alarm in a version of TMF642; what is not known is left out."""
    kept = kept_of(alarm)
    ack_user, ack_system = read_signature(alarm.acked_by)
    document = {
        **_flags(alarm),
        **kept,
        "id": str(alarm.id),
        "href": dialect.href("alarm", alarm.id),
        "@type": kept.get("@type", "Alarm"),
        "ackState": alarm.ack_state.value,
        "ackUserId": ack_user,
        "ackSystemId": ack_system,
        "alarmChangedTime": format_instant(alarm.changed_at),
        "alarmDetails": alarm.text,
        "alarmRaisedTime": format_instant(alarm.first_raised_at),
        "alarmReportingTime": format_instant(alarm.reported_at),
        "alarmType": _type_of(alarm, kept, dialect),
        "alarmedObject": _object(alarm, kept),
        "affectedService": _services(alarm, kept),
        "comment": [_comment(one, dialect) for one in links.comments],
        "correlatedAlarm": [reference(one, dialect) for one in links.child_ids],
        "parentAlarm": [reference(alarm.parent_id, dialect)] if alarm.parent_id else [],
        PLACE: places_of(alarm, kept, dialect),
        CROSSED: crossed_of(alarm, kept),
        "externalAlarmId": alarm.external_id,
        "perceivedSeverity": alarm.perceived_severity.value,
        "probableCause": alarm.probable_cause,
        "sourceSystemId": alarm.source,
        "specificProblem": alarm.specific_problem,
        "state": state_of(alarm),
        "count": alarm.count,
        **_cleared(alarm),
    }
    return {name: value for name, value in document.items() if value not in (None, "", [], {})}


def _flags(alarm: AlarmView) -> dict[str, Any]:
    """Give what Garland itself knows of an alarm, where TMF642 was not told."""
    found = {
        "alarmEscalation": True if alarm.escalation_level else None,
        "isRootCause": True if alarm.is_root_cause else None,
        "plannedOutageIndicator": "plannedOutage" if alarm.planned_outage else "",
    }
    if KEPT in alarm.attributes:
        return found
    return found | {name: getattr(alarm, ours) for name, ours in SAID_ALSO.items()}


def kept_of(alarm: AlarmView) -> dict[str, Any]:
    """Give what is kept of an alarm for TMF642 alone."""
    kept = alarm.attributes.get(KEPT)
    return dict(kept) if isinstance(kept, Mapping) else {}


def state_of(alarm: AlarmView) -> str:
    """Say where an alarm stands: raised, updated once its severity changed, or cleared."""
    if not alarm.is_active:
        return "cleared"
    return "raised" if alarm.changed_at == alarm.first_raised_at else "updated"


def reference(alarm_id: UUID, dialect: Dialect) -> dict[str, Any]:
    """Write a reference to an alarm."""
    return {
        "id": str(alarm_id),
        "href": dialect.href("alarm", alarm_id),
        "@type": "AlarmRef",
    }


def read_key(text: str) -> UUID | None:
    """Read an alarm's id as it is written here; None for anything else.

    >>> read_key("8675309") is None
    True
    """
    try:
        key = UUID(text)
    except ValueError:
        return None
    return key if str(key) == text else None


def _cleared(alarm: AlarmView) -> dict[str, Any]:
    if alarm.cleared_at is None:
        return {}
    facts = {"alarmClearedTime": format_instant(alarm.cleared_at)}
    if alarm.cleared_by == alarm.source:  # the source itself: a system, nobody in it
        return {**facts, "clearSystemId": alarm.source}
    user, system = read_signature(alarm.cleared_by)
    return {**facts, "clearUserId": user, "clearSystemId": system}


def _type_of(alarm: AlarmView, kept: Mapping[str, Any], dialect: Dialect) -> str:
    if not dialect.needs_type:
        said = str(kept.get("alarmType", ""))
        return said if event_type_of(said) == alarm.event_type else alarm.event_type
    if alarm.event_type == EventType.SECURITY_VIOLATION:
        said = str(kept.get("alarmType", ""))
        return said if said in _SPLIT_TYPES else _SPLIT_TYPES[0]
    return "" if alarm.event_type == EventType.OTHER else alarm.event_type


def _object(alarm: AlarmView, kept: Mapping[str, Any]) -> dict[str, Any]:
    said = kept.get("alarmedObject", {})
    return {"@type": "AlarmedObjectRef", **said, "id": alarm.managed_object}


def _services(alarm: AlarmView, kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    said = {str(one.get("id")): one for one in kept.get("affectedService", ())}
    return [
        {"@type": "ServiceRef", **said.get(key, {}), "id": key} for key in alarm.affected_services
    ]


def _comment(one: Comment, dialect: Dialect) -> dict[str, Any]:
    user, system = read_signature(one.by)
    mark = {"@type": "Comment"} if dialect.needs_type else {}
    at = format_instant(one.at)
    return {**mark, "comment": one.text, "userId": user, "systemId": system, "time": at}


def event_of(document: Mapping[str, Any]) -> AlarmEvent:
    """Read a created alarm as a canonical event; the document fits `alarm_created`.

    Raises:
        InvalidError: state and severity contradict each other, or a limit of events is passed.
    """
    is_clear = _is_clear(document)
    raised_at = document["alarmRaisedTime"]
    said: dict[str, Any] = {
        "managed_object": str(document["alarmedObject"]["id"]),
        "perceived_severity": "cleared" if is_clear else document["perceivedSeverity"],
        "event_type": event_type_of(document["alarmType"]),
        "source": document["sourceSystemId"],
        "raised_at": raised_at,
        "affected_services": [str(one["id"]) for one in document.get("affectedService", ())],
        "place": read_place(document.get(PLACE)),
        "attributes": {KEPT: kept_from(document)},
        **{
            ours: document[name]
            for name, ours in {**OWN_FIELDS, **SAID_ALSO}.items()
            if name in document
        },
    }
    if (threshold := read_threshold(document.get(CROSSED))) is not None:
        said["threshold"] = threshold
    if is_clear:
        said["cleared_at"] = document.get("alarmClearedTime", raised_at)
    return parse_event(said)


def kept_from(document: Mapping[str, Any]) -> dict[str, Any]:
    """Pick out what is kept as it came; the type too, where ours has another word for it."""
    kept = {name: document[name] for name in KEPT_NAMES if name in document}
    said = document.get("alarmType")
    return {**kept, "alarmType": said} if said and event_type_of(said) != said else kept


def _is_clear(document: Mapping[str, Any]) -> bool:
    by_state = bool(document["state"] == "cleared")
    by_severity = bool(document["perceivedSeverity"] == Severity.CLEARED)
    if by_state is not by_severity:
        message = (
            "state and perceivedSeverity contradict each other: a cleared alarm has both cleared"
        )
        raise InvalidError(message, problems=[Problem("/state", message)])
    return by_state
