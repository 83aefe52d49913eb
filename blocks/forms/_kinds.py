"""Which control a schema gets, and how single values become text and back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from blocks._profile import subschemas
from blocks.schemas import is_expression, widget_of

Kind = Literal[
    "text",
    "textarea",
    "code",
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

ABSENT: Final = object()
ROWS = frozenset({"list", "map"})
COMPOSITE = ROWS | {"group"}
TOGGLED = frozenset({"boolean", "choice", "date", "duration", "picker"}) | COMPOSITE
UNITS = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}

_BY_WIDGET: dict[str, Kind] = {
    "textarea": "textarea",
    "code": "code",
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
_WHOLE_MAX = 2**53


def kind_of(schema: Mapping[str, Any]) -> Kind:
    """Choose the control for a schema; "any" takes what no other control can.

    What may also be null has the control of what else it may be.

    >>> kind_of({"type": "string", "format": "email"}), kind_of({"enum": [1, 2]}), kind_of({})
    ('email', 'choice', 'any')
    >>> kind_of({"type": ["null", "number"]}), kind_of({"type": ["string", "number"]})
    ('number', 'any')
    """
    widget = _BY_WIDGET.get(widget_of(schema))
    if widget == "secret":  # whatever else it is, it is not shown
        return widget
    if _is_choice(schema):
        return "choice"
    return widget or _kind_by_type(schema)


def is_nullable(schema: Mapping[str, Any]) -> bool:
    """Tell whether a control that is left empty may stand for null."""
    return _allows_null(schema) and kind_of(schema) not in ("any", "choice")


def has_secret(schema: Mapping[str, Any]) -> bool:
    """Tell whether a secret may stand anywhere in what fits the schema."""
    return widget_of(schema) == "secret" or any(has_secret(part) for _, part in subschemas(schema))


def choices_of(schema: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """List the values a choice offers, each with its title."""
    if "oneOf" in schema:
        titled = [(item["const"], item.get("title")) for item in schema["oneOf"]]
        return [(value, title or _choice_title(value)) for value, title in titled]
    if "enum" in schema or "const" in schema:
        values = schema["enum"] if "enum" in schema else [schema["const"]]
        return [(value, _choice_title(value)) for value in values]
    nothing = (None, _choice_title(None))
    named = _type_beside_null(schema)
    return [nothing] if named == "null" else [(True, "Yes"), (False, "No"), nothing]


def choice_text(schema: Mapping[str, Any], value: Any) -> str:
    """Write a choice's value as the option's text; "" is that of choosing nothing."""
    only_texts = all(isinstance(offered, str) for offered, _ in choices_of(schema))
    is_text = only_texts and isinstance(value, str)
    return (value if is_text else any_text(value)) or '""'


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
    if not fitting or abs(seconds) > _WHOLE_MAX:
        return json.dumps(seconds), "s"
    unit, size = fitting[-1]
    return str(int(seconds // size)), unit


def read_duration(text: str, unit: str) -> int | float | str:
    """Read an amount of a unit as seconds; text that is no number is kept as it came."""
    amount = read_number(text)
    if isinstance(amount, str):
        return text
    seconds = amount * UNITS.get(unit, 1)
    if abs(seconds) > _WHOLE_MAX:
        return text if seconds in (float("inf"), float("-inf")) else seconds
    return int(seconds) if seconds == int(seconds) else seconds


def _choice_title(value: Any) -> str:
    return "Empty (null)" if value is None else any_text(value) or "Empty text"


def _is_choice(schema: Mapping[str, Any]) -> bool:
    named = _type_beside_null(schema)
    one_of_three = named == "boolean" and _allows_null(schema)
    lists_values = any(keyword in schema for keyword in ("oneOf", "enum", "const"))
    return lists_values or one_of_three or named == "null"


def _kind_by_type(schema: Mapping[str, Any]) -> Kind:
    named = _type_beside_null(schema)
    if named == "object" and _allows_null(schema) and not _says_what_is_in(schema):
        return "any"
    if named == "object" or (named is None and schema.get("properties")):
        is_map = not schema.get("properties") and schema.get("additionalProperties") is not False
        return "map" if is_map else "group"
    if named == "string":
        return _BY_FORMAT.get(str(schema.get("format")), "text")
    return _BY_TYPE.get(named, "any") if isinstance(named, str) else "any"


def _says_what_is_in(schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("properties")) or bool(schema.get("additionalProperties"))


def _allows_null(schema: Mapping[str, Any]) -> bool:
    named = schema.get("type")
    return isinstance(named, list) and "null" in named


def _type_beside_null(schema: Mapping[str, Any]) -> Any:
    """Give the type, of two with null the other one."""
    named = schema.get("type")
    if not isinstance(named, list):
        return named
    others = [one for one in named if one != "null"]
    return others[0] if len(others) == 1 else others or "null"


def _refuse_constant(text: str) -> Any:
    """Python reads NaN and infinities; JSON (RFC 8259) has none."""
    raise ValueError(text)
