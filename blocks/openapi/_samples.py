"""A value that fits a schema, for the example of a block whose document shows none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.schema import Schema

_TEXTS = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "email": "noc@example.com",
    "uri": "https://example.com/1",
    "uuid": "7b3c1b0a-0000-4000-8000-000000000001",
    "hostname": "node.example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}
_TRIED = ("1", "a", "A", "12345", "abc", "2026-01-01", "00:00:00:00:00:01", "+491234567")


def sample_of(schema: Mapping[str, Any]) -> Any:
    """Give a value with the required fields; None when none was found that fits."""
    made = _made(schema)
    return made if Schema(schema).accepts(made) else None


def _made(schema: Mapping[str, Any]) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        needed = schema.get("required", ())
        return {name: _made(schema["properties"][name]) for name in needed}
    if kind == "array":
        return [_made(schema.get("items", {}))] * int(schema.get("minItems", 0))
    if kind == "string":
        return _text(schema)
    return {"boolean": True, "null": None}.get(kind, _count(schema, kind))


def _text(schema: Mapping[str, Any]) -> str:
    if schema.get("format") in _TEXTS:
        return _TEXTS[schema["format"]]
    tried = (*_TRIED, "a" * min(int(schema.get("minLength", 1)), 1_000))
    fits = Schema(schema).accepts
    return next((one for one in tried if fits(one)), tried[0])


def _count(schema: Mapping[str, Any], kind: str) -> int | float:
    limits = [schema[name] for name in ("minimum", "maximum", "multipleOf") if name in schema]
    tried: list[int | float] = [1, *limits]
    tried += [one + 1 for one in tried] + [one - 1 for one in tried]
    tried += [0.5] if kind == "number" else []
    fits = Schema(schema).accepts
    return next((one for one in tried if fits(one)), tried[0])
