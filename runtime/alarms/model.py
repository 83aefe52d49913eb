"""The canonical alarm event: what a source says about one problem on one managed object.

Every source kind ends here, whatever it was sent. Words are X.733's (ITU-T X.733, clause 8.1) as
TMF642 spells them. Pure: no session, no clock; what becomes of an event is `lifecycle`'s matter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from kernel.clock import format_instant, parse_instant
from kernel.errors import InvalidError, Problem
from kernel.ids import sha256_of
from kernel.schema import Schema, pointer_to
from runtime.alarms._storable import storage_problems

TEXT_MAX = 8 * 1024
NAME_MAX = 512
ATTRIBUTES_MAX_COUNT = 256
ATTRIBUTE_NAME_MAX = 200
KEYS_MAX = 200
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class Severity(StrEnum):
    """How bad it is, X.733's six words."""

    CLEARED = "cleared"
    INDETERMINATE = "indeterminate"
    WARNING = "warning"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Place in the order rules compare by, 0 (cleared) to 5; ITU's own numbers are no order."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class EventType(StrEnum):
    """Which kind of trouble, IANA-ITU-ALARM-TC-MIB's eleven types (RFC 3877)."""

    OTHER = "other"
    COMMUNICATIONS = "communicationsAlarm"
    QUALITY_OF_SERVICE = "qualityOfServiceAlarm"
    PROCESSING_ERROR = "processingErrorAlarm"
    EQUIPMENT = "equipmentAlarm"
    ENVIRONMENTAL = "environmentalAlarm"
    INTEGRITY_VIOLATION = "integrityViolation"
    OPERATIONAL_VIOLATION = "operationalViolation"
    PHYSICAL_VIOLATION = "physicalViolation"
    SECURITY_VIOLATION = "securityServiceOrMechanismViolation"
    TIME_DOMAIN_VIOLATION = "timeDomainViolation"


class AlarmError(InvalidError):
    """The alarm event cannot be accepted as it is; `problems` name each field."""

    code = "runtime.alarm_rejected"


def _text(limit: int, title: str, *, least: int = 0) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": limit, "description": title}


def _keys(title: str) -> dict[str, Any]:
    return {"type": "array", "maxItems": KEYS_MAX, "items": _text(NAME_MAX, title, least=1)}


EVENT_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/alarm-event",
    "title": "Alarm event",
    "type": "object",
    "required": ["managed_object", "perceived_severity"],
    "additionalProperties": False,
    "properties": {
        "managed_object": _text(NAME_MAX, "What has the problem, such as a node or link", least=1),
        "perceived_severity": {"type": "string", "enum": [one.value for one in Severity]},
        "event_type": {"type": "string", "enum": ["", *(one.value for one in EventType)]},
        "probable_cause": _text(NAME_MAX, "Such as lossOfSignal; ITU's words are suggestions"),
        "specific_problem": _text(NAME_MAX, "The source's own name of the problem"),
        "text": _text(TEXT_MAX, "What a person reads"),
        "raised_at": _text(40, "When it began, RFC 3339 with a time zone"),
        "cleared_at": _text(40, "When it ended, for a cleared event"),
        "source": _text(NAME_MAX, "Who says it; the intake's source where left out"),
        "external_id": _text(NAME_MAX, "The source's own id of the alarm"),
        "reduction_key": _text(NAME_MAX * 4, "The alarm's identity, instead of the five fields"),
        "managed_object_type": _text(NAME_MAX, "What kind of thing it is, such as router"),
        "place": _text(NAME_MAX, "Where it is, such as a site's key"),
        "proposed_repair_actions": _text(TEXT_MAX, "What may mend it"),
        "service_affecting": {"type": "boolean", "description": "Whether customers notice"},
        "will_clear": {"type": "boolean", "description": "Whether its source says when it is over"},
        "reporting_system": _text(NAME_MAX, "The system that passed it on, where not its source"),
        "problem": _text(NAME_MAX, "The problem it belongs to, such as a service problem's id"),
        "threshold": {
            "type": "object",
            "description": "The limit that was crossed",
            "required": ["indicator", "observed"],
            "additionalProperties": False,
            "properties": {
                "indicator": _text(NAME_MAX, "What was measured", least=1),
                "observed": {"type": "number", "description": "Its value"},
                "limit": {"type": "number", "description": "The limit"},
                "direction": {"type": "string", "enum": ["up", "down"]},
                "unit": _text(NAME_MAX, "Of both, such as °C"),
            },
        },
        "affected_services": _keys("A service's key"),
        "affected_customers": _keys("A customer's key"),
        "attributes": {
            "type": "object",
            "maxProperties": ATTRIBUTES_MAX_COUNT,
            "propertyNames": {"maxLength": ATTRIBUTE_NAME_MAX, "minLength": 1},
        },
    },
}


@cache
def _schema() -> Schema:
    return Schema(EVENT_SCHEMA)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEvent:
    """One thing a source said: raised (again, or with another severity), or cleared.

    Text that was not said is "", instants that were not said are None. `cleared_at` counts for a
    cleared event only.
    """

    managed_object: str
    perceived_severity: Severity
    event_type: str = ""
    probable_cause: str = ""
    specific_problem: str = ""
    text: str = ""
    raised_at: datetime | None = None
    cleared_at: datetime | None = None
    source: str = ""
    external_id: str = ""
    reduction_key: str = ""
    managed_object_type: str = ""
    place: str = ""
    proposed_repair_actions: str = ""
    service_affecting: bool | None = None
    will_clear: bool | None = None
    reporting_system: str = ""
    problem: str = ""
    threshold: Mapping[str, Any] | None = None
    affected_services: tuple[str, ...] = ()
    affected_customers: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for instant in (self.raised_at, self.cleared_at):
            if instant is not None and instant.tzinfo is None:
                raise AlarmError("an alarm's instants need a time zone", problems=[])

    @property
    def is_clear(self) -> bool:
        """Tell whether it ends the problem."""
        return self.perceived_severity is Severity.CLEARED

    @property
    def dedup_key(self) -> str:
        """Identity within the tenant, as a digest.

        The source with its reduction key where it sets one, else with managed object, event type,
        probable cause and specific problem; never severity, time or free text.
        """
        named = (
            (self.source, self.reduction_key)
            if self.reduction_key
            else (
                self.source,
                self.managed_object,
                self.event_type,
                self.probable_cause,
                self.specific_problem,
            )
        )
        return sha256_of(json.dumps(named))

    def happened_at(self, received_at: datetime) -> datetime:
        """Give the event's instant: the source's own, never later than `received_at`.

        A source's clock that runs ahead would otherwise make its own clears look out of order.
        """
        said = (self.cleared_at or self.raised_at) if self.is_clear else self.raised_at
        return received_at if said is None else min(said, received_at)


def parse_event(document: Any, *, is_kept: bool = False) -> AlarmEvent:
    """Read one alarm event; `is_kept` says that the database gave it, which could store it.

    Raises:
        AlarmError: with a problem for each field that does not fit, naming the remedy.

    >>> event = parse_event({"managed_object": "BER1", "perceived_severity": "major"})
    >>> event.perceived_severity.rank
    4
    """
    if not isinstance(document, Mapping):
        raise AlarmError(
            "an alarm event is a JSON object",
            problems=[Problem("", "send an object with managed_object and perceived_severity")],
        )
    # What cannot be stored cannot be shown to the schema either.
    problems = [] if is_kept else storage_problems(document)
    problems = problems or _schema_problems(document)
    instants: dict[str, datetime] = {}
    for name in ("raised_at", "cleared_at"):
        if isinstance(document.get(name), str):
            instants.update(_instant(name, document[name], problems))
    if problems:
        raise AlarmError("the alarm event cannot be accepted as it is", problems=problems)
    values = {**document, **instants}
    values["perceived_severity"] = Severity(document["perceived_severity"])
    for name in ("affected_services", "affected_customers"):
        values[name] = tuple(document.get(name, ()))
    return AlarmEvent(**values)


def _schema_problems(document: Mapping[str, Any]) -> list[Problem]:
    return [] if _schema().accepts(document) else _schema().problems(document)


def _instant(name: str, text: str, problems: list[Problem]) -> dict[str, datetime]:
    example = "such as 2026-11-24T14:56:14Z"
    try:
        instant = parse_instant(text)
    except (ValueError, OverflowError):
        remedy = f"{name} must be an RFC 3339 instant with a time zone, {example}"
        problems.append(Problem(pointer_to([name]), remedy))
        return {}
    if instant < EARLIEST:
        remedy = f"{name} lies before the year 2000: send the real instant, or leave it out"
        problems.append(Problem(pointer_to([name]), remedy))
        return {}
    return {name: instant}


def event_document(event: AlarmEvent) -> dict[str, Any]:
    """Write an event back as its document, without what was not said; `parse_event` reads it."""
    document: dict[str, Any] = {}
    for one in fields(event):
        value = getattr(event, one.name)
        if isinstance(value, datetime):
            document[one.name] = format_instant(value)
        elif isinstance(value, tuple):
            document.update({one.name: list(value)} if value else {})
        elif value or value is False:
            document[one.name] = value.value if isinstance(value, StrEnum) else value
    return document
