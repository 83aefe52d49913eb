"""What steps need and what ports give, for the canvas: it judges wires before they are drawn.

Pure. Kept small, since every block of the catalogue carries it: the required fields that nothing
fills by itself, each by where it stands, what it is called and which kinds of value it takes; and
the kinds of value that can be read of what leaves by a port.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.manifest import Manifest
from blocks.schemas import field_schema, widget_of, with_defaults


def needs_of(manifest: Manifest) -> list[dict[str, Any]]:
    """List the needs of a block: those of its input can come from earlier steps, settings not.

    `kinds` is left out where any kind will do.
    """
    parts = (("input", manifest.input), ("config", manifest.config))
    return [
        _need(part, schema, name)
        for part, schema in parts
        for name in schema.get("required", ())
        if name not in with_defaults(schema, {})
    ]


def kinds_given(schema: Mapping[str, Any]) -> list[str]:
    """List the kinds of value in what a port hands on: itself, and each of its fields.

    >>> kinds_given({"type": "object", "properties": {"count": {"type": "integer"}}})
    ['number', 'object']
    """
    fields = schema.get("properties") or {}
    parts = {kind for field in fields.values() for kind in _kinds_of(field)}
    return sorted({*_kinds_of(schema), *parts, *(["object"] if fields else [])})


def _need(part: str, schema: Mapping[str, Any], name: str) -> dict[str, Any]:
    field = field_schema(schema, name)
    need = {"part": part, "name": name, "title": field.get("title") or name}
    kinds = ["boolean"] if widget_of(field) == "expression" else _kinds_of(field)
    return {**need, "kinds": kinds} if kinds else need


def _kinds_of(schema: Mapping[str, Any]) -> list[str]:
    """Give the types of a value; an integer is a number here."""
    said = schema.get("type") or []
    names = [said] if isinstance(said, str) else said
    return sorted({"number" if name == "integer" else name for name in names})
