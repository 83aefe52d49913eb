"""What may be sent, as JSON Schema: the attributes of an alarm, of the tasks and of a hub.

Written from the contracts (TMF642 v4.0.0 and v5.0.1). Stricter than they are in one point: an
attribute that an alarm does not have is refused, for it would be lost without a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from kernel.schema import Schema
from runtime.alarms.model import KEYS_MAX, NAME_MAX, TEXT_MAX
from runtime.alarms.tmf642.dialect import RESULTS, Dialect, TaskKind

CALLBACK_MAX = 2_000
PATTERNS_MAX = 200
COMMENTS_MAX = 50
NEVER_PATCHED = ("id", "href", "alarmRaisedTime", "sourceSystemId")
_CREATED = (
    "alarmType",
    "perceivedSeverity",
    "probableCause",
    "alarmedObject",
    "sourceSystemId",
    "state",
    "alarmRaisedTime",
)
TYPES_V5 = (
    "communicationsAlarm",
    "processingErrorAlarm",
    "environmentalAlarm",
    "qualityOfServiceAlarm",
    "equipmentAlarm",
    "integrityViolation",
    "operationalViolation",
    "physicalViolation",
    "securityService",
    "mechanismViolation",
    "timeDomainViolation",
)
_SEVERITIES = ("critical", "major", "minor", "warning", "indeterminate", "cleared")

Part = dict[str, Any]


def _text(most: int = NAME_MAX, least: int = 0) -> Part:
    return {"type": "string", "maxLength": most, "minLength": least}


_FLAG: Part = {"type": "boolean"}
_INSTANT: Part = {"type": "string", "format": "date-time"}
_KEY: Part = {"type": ["string", "integer"], "maxLength": NAME_MAX, "minLength": 1}
_META: Part = {name: _text() for name in ("@type", "@baseType", "@schemaLocation")}


def _object(properties: Part, *, required: Sequence[str] = (), dialect: Dialect) -> Part:
    marks = ["@type"] if dialect.needs_type else []
    named = {**_META, "@referredType": _text(), **properties}
    return {"type": "object", "properties": named, "required": [*required, *marks]}


def _ref(dialect: Dialect) -> Part:
    named = {"id": _KEY, "href": _text(CALLBACK_MAX), "name": _text()}
    return _object(named, required=("id",), dialect=dialect)


def _list(item: Part, most: int) -> Part:
    return {"type": "array", "maxItems": most, "items": item}


def alarm_properties(dialect: Dialect) -> Part:
    """Give every attribute of an alarm with what it may hold."""
    names = {"id": _text(), "href": _text(CALLBACK_MAX), "name": _text()}
    place = _object({**names, "role": _text()}, required=("role",), dialect=dialect)
    if dialect.needs_type:
        placed = {"role": _text(), "relatedPlace": _object(names, dialect=dialect)}
        place = _object(placed, required=tuple(placed), dialect=dialect)
    comment = {"comment": _text(), "systemId": _text(), "userId": _text(), "time": _INSTANT}
    crossed = ("direction", "granularity", "indicatorName", "indicatorUnit", "observedValue")
    texts = (
        "ackState",
        "ackSystemId",
        "ackUserId",
        "alarmedObjectType",
        "clearSystemId",
        "clearUserId",
        "externalAlarmId",
        "plannedOutageIndicator",
        "probableCause",
        "reportingSystemId",
        "sourceSystemId",
        "specificProblem",
    )
    instants = ("alarmChangedTime", "alarmClearedTime", "alarmRaisedTime", "alarmReportingTime")
    return {
        **{name: _text() for name in texts},
        **dict.fromkeys(instants, _INSTANT),
        **dict.fromkeys(("alarmEscalation", "isRootCause", "serviceAffecting"), _FLAG),
        "id": _KEY,
        "href": _text(CALLBACK_MAX),
        "ackState": {"enum": ["acknowledged", "unacknowledged"]},
        "alarmDetails": _text(TEXT_MAX),
        "proposedRepairedActions": _text(TEXT_MAX),
        "alarmType": {"enum": list(TYPES_V5)} if dialect.needs_type else _text(least=1),
        "perceivedSeverity": {"enum": list(_SEVERITIES)},
        "state": {"enum": ["raised", "updated", "cleared"]},
        "affectedService": _list(_ref(dialect), KEYS_MAX),
        "alarmedObject": _ref(dialect),
        "comment": _list(_object(comment, dialect=dialect), COMMENTS_MAX),
        "correlatedAlarm": _list(_ref(dialect), PATTERNS_MAX),
        "parentAlarm": _list(_ref(dialect), 1),
        "place": _list(place, PATTERNS_MAX),
        "crossedThresholdInformation": {
            "type": "object",
            "properties": {
                **_META,
                **{name: _text() for name in crossed},
                "thresholdCrossingDescription": _text(TEXT_MAX),
                "threshold": _ref(dialect),
            },
        },
        **_META,
    }


@cache
def alarm_created(dialect: Dialect) -> Schema:
    """Say what an alarm must and may have to be taken in."""
    properties = alarm_properties(dialect)
    for name in ("id", "href"):
        del properties[name]
    marks = ["@type"] if dialect.needs_type else []
    return _closed(properties, [*_CREATED, *marks])


@cache
def alarm_patched(dialect: Dialect) -> Schema:
    """Say what a merge patch may set; null takes a value away."""
    properties = alarm_properties(dialect)
    nullable = {name: {"anyOf": [{"type": "null"}, one]} for name, one in properties.items()}
    always = ("ackState", "perceivedSeverity", "state")
    return _closed({**nullable, **{name: properties[name] for name in always}}, [])


@cache
def task_created(kind: TaskKind, dialect: Dialect) -> Schema:
    """Say what a task must and may have."""
    pattern = {**_list({"type": "object"}, PATTERNS_MAX), "minItems": 1}
    reference = {"type": "object", "required": ["id"], "properties": {"id": _KEY}}
    properties: Mapping[TaskKind, Part] = {
        TaskKind.ACK: _signed("ack", "ackTime", pattern),
        TaskKind.UNACK: _signed("ack", "ackTime", pattern),
        TaskKind.CLEAR: _signed("clear", "alarmClearedTime", pattern),
        TaskKind.COMMENT: {
            "comment": {
                "type": "object",
                "required": ["comment"],
                "properties": {
                    "comment": _text(2_000, 1),
                    "systemId": _text(),
                    "userId": _text(),
                    "time": _INSTANT,
                },
            },
            "alarmPattern": pattern,
        },
        TaskKind.GROUP: _grouping(reference),
        TaskKind.UNGROUP: _grouping(reference),
    }
    named = properties[kind]
    optional = {"ackTime"}
    required = [name for name in named if name not in optional]
    marks = ["@type"] if dialect.needs_type else []
    others = {"state": _text(), RESULTS[kind]: {"type": "array"}, **_META}
    return _closed({**named, **others}, [*required, *marks])


def _signed(verb: str, at: str, pattern: Part) -> Part:
    return {
        f"{verb}SystemId": _text(90, 1),
        f"{verb}UserId": _text(100, 1),
        at: _INSTANT,
        "alarmPattern": pattern,
    }


def _grouping(reference: Part) -> Part:
    return {
        "sourceSystemId": _text(90, 1),
        "alarmChangedTime": _INSTANT,
        "parentAlarm": reference,
        "correlatedAlarm": {**_list(reference, PATTERNS_MAX), "minItems": 1},
    }


@cache
def hub_created(dialect: Dialect) -> Schema:
    """Say what registers a listener."""
    marks = ["@type"] if dialect.needs_type else []
    named = {"callback": _text(CALLBACK_MAX, 1), "query": _text(CALLBACK_MAX), **_META}
    return _closed(named, ["callback", *marks])


JSON_PATCH = Schema(
    {
        "type": "array",
        "minItems": 1,
        "maxItems": 200,
        "items": {
            "type": "object",
            "required": ["op", "path"],
            "properties": {
                "op": {"enum": ["add", "remove", "replace", "test", "move", "copy"]},
                "path": _text(CALLBACK_MAX, 1),
            },
        },
    }
)


def _closed(properties: Part, required: Sequence[str]) -> Schema:
    return Schema(
        {
            "type": "object",
            "additionalProperties": False,
            "properties": properties,
            "required": list(required),
        }
    )
