"""The form a workflow is started with, as a short list of fields, and as its JSON Schema.

Pure. The list says less than a schema can: one that it cannot say exactly is not touched, and is
shown as text instead. `propertyNames` keeps the order of the fields, which databases do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kernel.errors import Problem

NAME_PATTERN = "^[a-z][a-z0-9_]{0,39}$"
FIELDS_MAX = 50
TEXT_MAX = 4_000
KINDS = {
    "text": "Text",
    "number": "Number",
    "yes-no": "Yes or no",
    "choice": "Choice",
    "date": "Date",
}
FIELDS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "title": "Fields",
    "description": "What people fill in when they start it; steps see it as trigger.input.<name>",
    "maxItems": FIELDS_MAX,
    "items": {
        "type": "object",
        "title": "Field",
        "additionalProperties": False,
        "required": ["name", "kind"],
        "properties": {
            "name": {
                "type": "string",
                "title": "Name",
                "description": "In small letters, as expressions use it",
                "pattern": NAME_PATTERN,
            },
            "title": {"type": "string", "title": "Shown as", "maxLength": 120},
            "kind": {
                "type": "string",
                "title": "Kind",
                "oneOf": [{"const": kind, "title": title} for kind, title in KINDS.items()],
                "default": "text",
                "x-garland": {"widget": "select"},
            },
            "help": {"type": "string", "title": "Help", "maxLength": 500},
            "required": {"type": "boolean", "title": "Must be filled in", "default": False},
            "choices": {
                "type": "string",
                "title": "To choose from",
                "description": "One a line",
                "maxLength": 20_000,
                "x-garland": {"widget": "textarea"},
            },
        },
    },
}
_PLAIN: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "maxLength": TEXT_MAX},
    "number": {"type": "number"},
    "yes-no": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}


def choices_in(field: Mapping[str, Any]) -> list[str]:
    """Give what a field offers to choose from: the lines of its text that are not blank."""
    lines = (line.strip() for line in field.get("choices", "").splitlines())
    return [line for line in lines if line]


def schema_of(fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make the JSON Schema of a list of fields that `field_problems` finds nothing in.

    >>> schema_of([{"name": "on", "kind": "date"}])["properties"]
    {'on': {'type': 'string', 'format': 'date'}}
    """
    if not fields:
        return {}
    names = [field["name"] for field in fields]
    return {
        "type": "object",
        "additionalProperties": False,
        "propertyNames": {"enum": names},
        "required": [field["name"] for field in fields if field.get("required")],
        "properties": {field["name"]: _property(field) for field in fields},
    }


def fields_of(schema: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Give the list that makes exactly this schema; None when no list does."""
    if not schema:
        return []
    order, properties = schema.get("propertyNames"), schema.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        return None
    names = order.get("enum") if isinstance(order, Mapping) else None
    if not isinstance(names, list) or sorted(map(str, names)) != sorted(properties):
        return None
    needed = schema.get("required")
    required = needed if isinstance(needed, list) else []
    fields = [_field(name, properties[name], is_required=name in required) for name in names]
    return fields if schema_of(fields) == schema else None


def field_problems(fields: Sequence[Any]) -> Iterator[Problem]:
    """Name what keeps fields of the right shape from making a form, each with its pointer."""
    names = [field.get("name") for field in fields]
    for index, field in enumerate(fields):
        if names.index(field.get("name")) != index:
            message = f"name: there are two fields {field['name']}: give each its own name"
            yield Problem(f"/{index}/name", message)
        choices = choices_in(field)
        if field.get("kind") == "choice" and not choices:
            yield Problem(f"/{index}/choices", "choices: list what can be chosen")
        elif len(set(choices)) != len(choices):
            yield Problem(f"/{index}/choices", "choices: the same one stands here twice")


def _property(field: Mapping[str, Any]) -> dict[str, Any]:
    kind = field["kind"]
    made: dict[str, Any] = (
        {"type": "string", "enum": choices_in(field)} if kind == "choice" else _PLAIN[kind]
    )
    if kind == "text" and field.get("required"):
        made = {**made, "minLength": 1}
    words = {"title": field.get("title"), "description": field.get("help")}
    return {**made, **{name: text for name, text in words.items() if text}}


def _field(name: str, schema: Any, *, is_required: bool) -> dict[str, Any]:
    """Guess the field of a property; whether the guess is right, `fields_of` finds out."""
    part: Mapping[str, Any] = schema if isinstance(schema, Mapping) else {}
    field: dict[str, Any] = {"name": name, "kind": _kind(part), "required": is_required}
    if field["kind"] == "choice":
        field["choices"] = "\n".join(map(str, part["enum"]))
    words = {"title": part.get("title"), "help": part.get("description")}
    return {**field, **{word: text for word, text in words.items() if text}}


def _kind(schema: Mapping[str, Any]) -> str:
    if isinstance(schema.get("enum"), list):
        return "choice"
    if schema.get("format") == "date":
        return "date"
    return {"number": "number", "boolean": "yes-no"}.get(str(schema.get("type")), "text")
