"""The rule document as JSON Schema 2020-12; what it cannot say is checked in `_check`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kernel.errors import Problem
from kernel.schema import SOME_LETTER
from runtime.rules.around import HOPS_MAX
from runtime.rules.fields import PATH_MAX, SEVERITIES

NAME_MAX = 120
VALUE_MAX = 1000
LIST_MAX = 24
GROUP_BY_MAX = 4
ACTIONS_MAX = 10
COUNT_MAX = 1_000
RECIPIENTS_MAX = 20
DAY_S = 86_400
WEEK_S = 7 * DAY_S

OPERATORS = (
    "is", "is_not", "in", "not_in", "at_least", "at_most", "more_than", "less_than",
    "contains", "starts_with", "ends_with", "matches", "exists", "missing",
)  # fmt: skip
TRANSITIONS = ("raised", "changed", "cleared", "escalated")
MODES = ("draft", "observe", "live", "off")
PARENTS = ("first", "most_severe", "matching", "above")
PARENT_AGE_S = DAY_S  # as long as the longest window, so that no pattern outgrows its parent
PARENT_AT_LEAST = "major"  # as for the fields `topology.…`
CHILDREN = 1_000
CHILDREN_MAX = 10_000
FILLED = ("place", "managed_object_type", "affected_services", "affected_customers")
FILLED_ATTRIBUTES_MAX = 20
SETTABLE = ("perceived_severity", "probable_cause", "specific_problem", "text", "event_type")

_text = {"type": "string", "minLength": 1, "maxLength": VALUE_MAX}
_scalar = {"type": ["string", "number", "boolean"], "maxLength": VALUE_MAX}
_severity = {"type": "string", "enum": list(SEVERITIES)}
_path = {"type": "string", "minLength": 1, "maxLength": PATH_MAX + 20}
_condition = {"$ref": "#/$defs/condition"}
_alarm_fields: dict[str, Any] = {
    "perceived_severity": _severity,
    "managed_object": _text,
    "event_type": _text,
    "probable_cause": _text,
    "specific_problem": _text,
    "text": _text,
    "attributes": {"type": "object", "maxProperties": 50, "additionalProperties": _scalar},
}


def _when(key: str, value: str, then: dict[str, Any]) -> dict[str, Any]:
    return {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": then}


def _shape(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"required": list(required), "properties": properties, "additionalProperties": False}


def _paths() -> dict[str, Any]:
    return {"type": "array", "maxItems": GROUP_BY_MAX, "uniqueItems": True, "items": _path}


def _transitions() -> dict[str, Any]:
    return {
        "type": "array",
        "minItems": 1,
        "uniqueItems": True,
        "items": {"type": "string", "enum": list(TRANSITIONS)},
    }


def _seconds(maximum: int, *, least: int = 1) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": maximum}


def _pair() -> dict[str, Any]:
    """Describe a pattern of two conditions: what `a` and `b` are, in which time, in which group."""
    return _shape(
        ("kind", "a", "b", "within_s"),
        kind=True,
        a=_condition,
        b=_condition,
        b_on=_transitions(),
        within_s=_seconds(DAY_S),
        group_by=_paths(),
    )


_actions = {
    "start": _shape(("do", "flow"), do=True, flow=_text),
    "set": _shape(
        ("do", "fields"),
        do=True,
        fields={
            "type": "object",
            "minProperties": 1,
            "maxProperties": 20,
            "properties": {key: _alarm_fields[key] for key in SETTABLE},
            "patternProperties": {"^attributes\\..": _scalar},
            "additionalProperties": False,
        },
    ),
    "acknowledge": _shape(("do",), do=True),
    "clear": _shape(("do",), do=True),
    "correlate": _shape(
        ("do", "parent"),
        do=True,
        parent={"type": "string", "enum": list(PARENTS)},
        where=_condition,
        same=_paths(),
        hops={"type": "integer", "minimum": 1, "maximum": HOPS_MAX},
        at_least={"type": "string", "enum": [one for one in SEVERITIES if one != "cleared"]},
        max_age_s=_seconds(WEEK_S),
        max_children={"type": "integer", "minimum": 1, "maximum": CHILDREN_MAX},
    ),
    "enrich": _shape(
        ("do", "table", "key", "fields"),
        do=True,
        table=_text,
        key=_text,
        fields={
            "type": "object",
            "minProperties": 1,
            "maxProperties": 20,
            "propertyNames": {"pattern": f"^({'|'.join(SETTABLE)}|attributes\\..+)$"},
            "additionalProperties": _text,
        },
    ),
    "fill": {
        **_shape(
            ("do",),
            do=True,
            take={
                "type": "array",
                "uniqueItems": True,
                "minItems": 1,
                "items": {"type": "string", "enum": list(FILLED)},
            },
            attributes={
                "type": "array",
                "uniqueItems": True,
                "minItems": 1,
                "maxItems": FILLED_ATTRIBUTES_MAX,
                "items": {"type": "string", "minLength": 1, "maxLength": PATH_MAX},
            },
        ),
        "anyOf": [{"required": ["take"]}, {"required": ["attributes"]}],
    },
    "notify": _shape(
        ("do", "to", "subject"),
        do=True,
        to={
            "type": "array",
            "minItems": 1,
            "maxItems": RECIPIENTS_MAX,
            "uniqueItems": True,
            "items": {
                "type": "string",
                "maxLength": 200,
                "pattern": "^(role:[a-z-]+|person:[^@\\s]+@[^@\\s]+)$",
            },
        },
        subject={"type": "string", "minLength": 1, "maxLength": 200},
        text={"type": "string", "maxLength": 4000},
        every_s=_seconds(WEEK_S),
    ),
    "suppress": _shape(("do",), do=True, reason=_text),
    "derive": _shape(
        ("do", "alarm"),
        do=True,
        alarm={
            "type": "object",
            "required": ["specific_problem"],
            "properties": _alarm_fields,
            "additionalProperties": False,
        },
    ),
}
_patterns = {
    "each": _shape(("kind",), kind=True, group_by=_paths()),
    "count": _shape(
        ("kind", "at_least", "within_s"),
        kind=True,
        at_least={"type": "integer", "minimum": 2, "maximum": COUNT_MAX},
        within_s=_seconds(DAY_S),
        group_by=_paths(),
        distinct=_path,
    ),
    "sequence": _pair(),
    "absence": _pair(),
    "together": _pair(),
    "flapping": _shape(
        ("kind", "more_than", "within_s"),
        kind=True,
        more_than={"type": "integer", "minimum": 1, "maximum": COUNT_MAX},
        within_s=_seconds(DAY_S),
        release_below={"type": "integer", "minimum": 1, "maximum": COUNT_MAX},
        group_by=_paths(),
    ),
    "persists": _shape(("kind", "after_s"), kind=True, after_s=_seconds(WEEK_S), group_by=_paths()),
}


def _members() -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": 60, "items": _condition}


RULE_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/rule",
    "title": "Rule",
    "type": "object",
    "required": ["rule", "name", "then"],
    "additionalProperties": False,
    "properties": {
        "rule": {"const": 1},
        "name": {"type": "string", "minLength": 1, "maxLength": NAME_MAX, "pattern": SOME_LETTER},
        "notes": {"type": "string", "maxLength": 4000},
        "priority": {"type": "integer", "minimum": 0, "maximum": 1000},
        "mode": {"type": "string", "enum": list(MODES)},
        "on": _transitions(),
        "when": _condition,
        "pattern": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"type": "string", "enum": list(_patterns)}},
            "allOf": [_when("kind", kind, shape) for kind, shape in _patterns.items()],
        },
        "then": {
            "type": "array",
            "minItems": 1,
            "maxItems": ACTIONS_MAX,
            "items": {
                "type": "object",
                "required": ["do"],
                "properties": {"do": {"type": "string", "enum": list(_actions)}},
                "allOf": [_when("do", name, shape) for name, shape in _actions.items()],
            },
        },
        "cooldown_s": _seconds(WEEK_S, least=0),
        "stop": {"type": "boolean"},
    },
    "$defs": {
        "condition": {
            "type": "object",
            "if": {"anyOf": [{"required": [key]} for key in ("all", "any", "none")]},
            "then": {
                "minProperties": 1,
                "maxProperties": 1,
                "properties": {"all": _members(), "any": _members(), "none": _members()},
                "additionalProperties": False,
            },
            "else": {
                "required": ["field", "op"],
                "properties": {
                    "field": _path,
                    "op": {"type": "string", "enum": list(OPERATORS)},
                    "value": True,
                },
                "additionalProperties": False,
            },
        }
    },
}


def with_naming(problems: Iterable[Problem], what: str) -> list[Problem]:
    """Say what to do about a name that is empty; `what` is what has none."""
    return [
        Problem(one.pointer, f"{one.message}: give the {what} a name")
        if one.pointer == "/name" and one.message.endswith("must not be empty")
        else one
        for one in problems
    ]
