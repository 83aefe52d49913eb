"""Alarms as REST shows and takes them, as JSON Schemas."""

from __future__ import annotations

from typing import Any

from kernel.rest import (
    FLAG,
    ID,
    INSTANT,
    OBJECT,
    TEXT,
    TEXTS,
    WHOLE,
    Shape,
    choice,
    listed,
    many,
    maybe,
    shape,
    with_more,
)
from runtime.alarms._reading import GROUPINGS, SORTS, STATES
from runtime.alarms.filters import NAMES
from runtime.alarms.lifecycle import AckState
from runtime.alarms.model import EVENT_SCHEMA, Severity
from runtime.alarms.policy.model import POLICY_SCHEMA

_SEVERITY = choice(*Severity)
ALARM = shape(
    "Alarm",
    id=ID,
    managed_object=TEXT,
    perceived_severity=_SEVERITY,
    event_type=TEXT,
    probable_cause=TEXT,
    specific_problem=TEXT,
    text=TEXT,
    source=TEXT,
    external_id=TEXT,
    managed_object_type=TEXT,
    place=TEXT,
    affected_services=TEXTS,
    affected_customers=TEXTS,
    service_affecting=maybe(FLAG),
    proposed_repair_actions=TEXT,
    threshold=maybe(OBJECT),
    will_clear=maybe(FLAG),
    reporting_system=TEXT,
    problem=TEXT,
    attributes=OBJECT,
    original_severity=_SEVERITY,
    previous_severity=maybe(TEXT),
    trend=choice("lessSevere", "noChange", "moreSevere"),
    state=choice("raised", "cleared"),
    raised_at=INSTANT,
    last_raised_at=INSTANT,
    changed_at=INSTANT,
    cleared_at=maybe(INSTANT),
    cleared_by=TEXT,
    reported_at=INSTANT,
    first_reported_at=maybe(INSTANT),
    expires_at=maybe(INSTANT),
    count=WHOLE,
    flap_count=WHOLE,
    ack_state=choice(*(one.value for one in AckState)),
    acked_at=maybe(INSTANT),
    acked_by=TEXT,
    owner=TEXT,
    escalation_level=WHOLE,
    suppressed_by=TEXT,
    planned_outage=FLAG,
    shelved_until=maybe(INSTANT),
    shelved_by=TEXT,
    shelved_reason=TEXT,
    parent=maybe(ID),
    is_root_cause=FLAG,
    previous=maybe(ID),
)
RAW: dict[str, Any] = {
    "description": "What its source sent last, as it came; null where it is no longer kept",
}
ALARM_WITH_RAW = with_more("AlarmWithRaw", ALARM, raw=RAW)
QUERY: dict[str, Any] = {
    **dict.fromkeys(NAMES, TEXT),
    "q": {**TEXT, "description": "Words"},
    "state": {**choice(*STATES, "all"), "description": "The first where it is left out"},
    "severity": {"type": "array", "items": _SEVERITY, "description": "May be given several times"},
    "ack": choice(*(one.value for one in AckState)),
    "source": {**TEXT, "description": "Its whole name"},
    "event_type": {**TEXT, "description": "The whole word"},
    "managed_object": {**TEXT, "description": "Its whole name"},
    "probable_cause": {**TEXT, "description": "The whole word"},
    "owner": {**TEXT, "description": "The whole name"},
    "grouping": {**choice(*filter(None, GROUPINGS)), "description": "Not under another, or causes"},
    "since": {**TEXT, "description": "Last raised from then on: an instant, or local in `zone`"},
    "until": {**TEXT, "description": "Last raised before then"},
    "zone": {**TEXT, "description": "Of local times, such as Europe/Zurich"},
    "parent": {**ID, "description": "The children of one alarm"},
    "sort": choice(*SORTS),
    "attribute": {"type": "array", "items": TEXT, "description": "Such as site=ZRH"},
}
HISTORY = listed(shape(at=INSTANT, kind=TEXT, by=TEXT, facts=OBJECT))
DONE = shape(
    items=many(
        {
            "type": "object",
            "required": ["id", "done"],
            "properties": {"id": TEXT, "done": FLAG, "code": TEXT, "message": TEXT},
        }
    ),
    next_cursor=maybe(TEXT),
)
_COMMENT: dict[str, Any] = {"type": "object", "properties": {"comment": TEXT}}
_SAID: dict[str, Any] = {"type": "string", "minLength": 1}
SAID: dict[str, Any] = {
    "acknowledge": _COMMENT,
    "comment": {"type": "object", "required": ["comment"], "properties": {"comment": _SAID}},
    "shelve": {
        "type": "object",
        "required": ["until", "reason"],
        "properties": {"until": INSTANT, "reason": _SAID},
    },
    "assign": {"type": "object", "properties": {"owner": TEXT}},
    "group": {
        "type": "object",
        "required": ["children"],
        "properties": {"children": many(ID)},
    },
}
WORDS = {
    "acknowledge": "Take an alarm on; `comment` says what is done about it.",
    "unacknowledge": "Put an alarm back among those that nobody took on.",
    "clear": "Clear an alarm by hand.",
    "comment": "Add a `comment` to an alarm's history.",
    "shelve": "Put an alarm aside `until` an instant; `reason` says why.",
    "unshelve": "Take an alarm back from the shelf.",
    "assign": 'Give an alarm to an `owner`, "" for nobody.',
    "group": "Put the alarms `children` under this one.",
    "ungroup": "Take an alarm out from under its parent.",
}
POLICY = Shape("AlarmPolicy", shape(**POLICY_SCHEMA["properties"]))
POLICY_CHANGES = {
    "type": "object",
    "properties": {name: maybe(one) for name, one in POLICY_SCHEMA["properties"].items()},
}
EVENTS: dict[str, Any] = {
    "anyOf": [
        EVENT_SCHEMA,
        {
            "type": "object",
            "required": ["events"],
            "additionalProperties": False,
            "properties": {"events": {**many(EVENT_SCHEMA), "minItems": 1, "maxItems": 5_000}},
        },
    ]
}
_BAD = shape(index=WHOLE, errors=many(shape(pointer=TEXT, message=TEXT)))
TAKEN: dict[str, Any] = {
    "type": "object",
    "required": ["accepted", "rejected"],
    "properties": {"accepted": WHOLE, "rejected": many(_BAD), "duplicates": WHOLE},
}
TAKEN_EITHER: dict[str, Any] = {"anyOf": [TAKEN, shape(accepted=WHOLE, cleared=WHOLE)]}
TAKEN_WHOLE = shape(accepted=WHOLE, cleared=WHOLE)
