"""Which control a schema gets, and how single values become text and back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from blocks.schemas import is_expression, widget_of

Kind = Literal[
    "text",
    "textarea",
    "secret",
    "condition",
    "email",
    "uri",
    "date",
    "datetime",
    "picker",
    "number",
    "duration",
    "boolean",
    "choice",
    "any",
    "list",
    "map",
    "group",
]

COMPOSITE = frozenset({"list", "map", "group"})
TOGGLED = frozenset({"boolean", "choice", "date", "duration", "picker"}) | COMPOSITE
UNITS = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}

_BY_WIDGET: dict[str, Kind] = {
    "textarea": "textarea",
    "code": "textarea",
    "secret": "secret",
    "secret-lines": "secret",
    "expression": "condition",
    "flow": "picker",
    "table": "picker",
    "decision-table": "picker",
    "calendar": "picker",
    "timezone": "picker",
    "duration": "duration",
}
_BY_FORMAT: dict[str, Kind] = {
    "email": "email",
    "uri": "uri",
    "date": "date",
    "date-time": "datetime",
}
_BY_TYPE: dict[str, Kind] = {
    "string": "text",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
    "array": "list",
}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_DIGITS_MAX = 300


def kind_of(schema: Mapping[str, Any]) -> Kind:
    """Choose the control for a schema; "any" takes what no other control can.

    >>> kind_of({"type": "string", "format": "email"}), kind_of({"enum": [1, 2]}), kind_of({})
    ('email', 'choice', 'any')
    """
    if any(keyword in schema for keyword in ("oneOf", "enum", "const")):
        return "choice"
    widget = _BY_WIDGET.get(widget_of(schema))
    if widget:
        return widget
    named = schema.get("type")
    if named == "object" or (named is None and schema.get("properties")):
        is_map = not schema.get("properties") and schema.get("additionalProperties") is not False
        return "map" if is_map else "group"
    if named == "string":
        return _BY_FORMAT.get(str(schema.get("format")), "text")
    return _BY_TYPE.get(named, "any") if isinstance(named, str) else "any"


def choices_of(schema: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """List the values a choice offers, each with its title."""
    if "oneOf" in schema:
        titled = [(item["const"], item.get("title")) for item in schema["oneOf"]]
        return [(value, title or any_text(value)) for value, title in titled]
    values = schema["enum"] if "enum" in schema else [schema["const"]]
    return [(value, any_text(value)) for value in values]


def choice_text(schema: Mapping[str, Any], value: Any) -> str:
    """Write a choice's value as the option's text."""
    only_texts = all(isinstance(offered, str) for offered, _ in choices_of(schema))
    return value if only_texts and isinstance(value, str) else any_text(value)


def read_choice(schema: Mapping[str, Any], text: str) -> Any:
    """Read an option's text; what is not offered is kept as it came."""
    for value, _ in choices_of(schema):
        if choice_text(schema, value) == text:
            return value
    return text


def any_text(value: Any) -> str:
    """Write any JSON value as text that `read_any` reads back as the same value.

    >>> any_text("5"), any_text(5), any_text("five"), any_text([1])
    ('"5"', '5', 'five', '[1]')
    """
    if isinstance(value, str) and read_any(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)


def read_any(text: str) -> Any:
    """Read text as JSON when it is JSON, else as itself; an expression stays text."""
    if is_expression(text):
        return text
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return text


def read_number(text: str) -> int | float | str:
    """Read a JSON number; text that is none is kept as it came.

    >>> read_number(" 5 "), read_number("2.5"), read_number("five"), read_number("1e999")
    (5, 2.5, 'five', '1e999')
    """
    stripped = text.strip()
    match = _NUMBER.fullmatch(stripped) if len(stripped) <= _DIGITS_MAX else None
    if match is None:
        return text
    if match[2] is None and match[3] is None:
        return int(stripped)
    number = float(stripped)
    return text if number in (float("inf"), float("-inf")) else number


def duration_parts(seconds: float) -> tuple[str, str]:
    """Write seconds as an amount of the largest unit that needs no fraction.

    >>> duration_parts(300), duration_parts(90), duration_parts(0)
    (('5', 'min'), ('90', 's'), ('0', 's'))
    """
    fitting = [(unit, size) for unit, size in UNITS.items() if seconds and seconds % size == 0]
    if not fitting:
        return json.dumps(seconds), "s"
    unit, size = fitting[-1]
    return str(int(seconds // size)), unit


def read_duration(text: str, unit: str) -> int | float | str:
    """Read an amount of a unit as seconds; text that is no number is kept as it came."""
    amount = read_number(text)
    if isinstance(amount, str):
        return text
    seconds = amount * UNITS.get(unit, 1)
    return int(seconds) if seconds == int(seconds) else seconds


def _refuse_constant(text: str) -> Any:
    """Python reads NaN and infinities; JSON (RFC 8259) has none."""
    raise ValueError(text)
