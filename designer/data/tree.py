"""The tree of a data picker: for each thing that can be read its title, kind, last value and path.

A path is written so that it gives a value whenever the data fits its schema: what is certain by
its name, what may be absent by `.?name.orValue(…)`, a name that is no identifier in brackets. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blocks.schemas import is_schema
from runtime.flows.reading import Readable

ABSENT: Any = object()
DEEPEST = 4
MANY = 60
SHOWN_MAX = 80
EACH = "each"
BELOW = " \u203a "
"""Between what something belongs to and its own title."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_RESERVED = frozenset({"in", "true", "false", "null"})
_BLANKS = {
    "string": '""',
    "number": "0",
    "integer": "0",
    "boolean": "false",
    "array": "[]",
    "object": "{}",
}
_WORDS = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "yes or no",
    "array": "list",
    "object": "group of fields",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Datum:
    """One thing to put in.

    Attributes:
        title: What people call it.
        trail: The same with what it belongs to, such as "Managed object" below "Alarm".
        kind: Of which kind it is, in plain words; "" when nobody knows.
        path: The expression that reads it.
        value: The last value as text; "" when there is none.
        is_seen: Whether there is a last value.
        children: What is in it.
        about: Where it comes from; only of a source.
    """

    title: str
    trail: str
    kind: str
    path: str
    value: str = ""
    is_seen: bool = False
    children: tuple[Datum, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True)
class _Way:
    """How something is reached; `may_miss` once a part of it may be absent."""

    text: str
    may_miss: bool = False

    def field(self, name: str, *, certain: bool) -> _Way:
        may_miss = self.may_miss or not certain
        sign = "?" if may_miss else ""
        if _NAME.fullmatch(name) and name not in _RESERVED:
            return _Way(f"{self.text}.{sign}{name}", may_miss)
        return _Way(f"{self.text}[{sign}{json.dumps(name)}]", may_miss)

    def first(self) -> _Way:
        return _Way(f"{self.text}[?0]", may_miss=True)

    def read(self, kind: str) -> str:
        blank = _BLANKS.get(kind, "null")
        return f"{self.text}.orValue({blank})" if self.may_miss else self.text


def tree_of(readable: Readable, sample: Any = ABSENT) -> Datum:
    """Make the tree of one source.

    Args:
        readable: The source.
        sample: Its last value, secrets masked; ABSENT when there is none.
    """
    way = _Way(readable.path[0])
    for name, certain in zip(readable.path[1:], readable.certain[1:], strict=True):
        way = way.field(name, certain=certain)
    found = _datum(readable.title, "", way, readable.schema, sample, depth=0)
    return Datum(
        title=found.title,
        trail=found.trail,
        kind=found.kind,
        path=found.path,
        value=found.value,
        is_seen=found.is_seen,
        children=found.children,
        about=readable.about,
    )


def each_of(data: list[Datum]) -> Iterator[Datum]:
    """Yield everything there is to put in."""
    for one in data:
        yield one
        yield from each_of(list(one.children))


def words_of(value: Any) -> str:
    """Write a value in one short line.

    >>> words_of("link-7"), words_of([1, 2]), words_of(True)
    ('link-7', '[1, 2]', 'true')
    """
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_MAX else line[: SHOWN_MAX - 1] + "…"


def kind_of(schema: Mapping[str, Any], sample: Any = ABSENT) -> str:
    """Name the one kind of what fits a schema, else of the sample; "" when nobody knows.

    >>> kind_of({"type": ["string", "null"]}), kind_of({}, 5), kind_of({})
    ('string', 'number', '')
    """
    said = schema.get("type")
    names = [said] if isinstance(said, str) else [one for one in said or () if one != "null"]
    if len(names) == 1:
        return str(names[0])
    return _kind_of_value(sample) if said is None else ""


def words_of_kind(kind: str) -> str:
    """Give a kind in plain words; "" for one that nobody knows."""
    return _WORDS.get(kind, "")


def _kind_of_value(value: Any) -> str:
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "boolean"),
        (str, "string"),
        (int, "number"),
        (float, "number"),
        (list, "array"),
        (dict, "object"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "")


def _datum(
    title: str, before: str, way: _Way, schema: Mapping[str, Any], sample: Any, *, depth: int
) -> Datum:
    trail = f"{before}{BELOW}{title}" if before else title
    kind = kind_of(schema, sample)
    said = schema.get("type")
    may_be_null = isinstance(said, list) and "null" in said
    is_open = depth < DEEPEST and not may_be_null
    children: tuple[Datum, ...] = ()
    if is_open and kind == "object":
        children = tuple(_fields(trail, way, schema, sample, depth))
    elif is_open and kind == "array":
        children = tuple(_entries(trail, way, schema, sample, depth))
    return Datum(
        title=title,
        trail=trail,
        kind=words_of_kind(kind),
        path=way.read(kind),
        value="" if sample is ABSENT else words_of(sample),
        is_seen=sample is not ABSENT,
        children=children,
    )


def _fields(
    trail: str, way: _Way, schema: Mapping[str, Any], sample: Any, depth: int
) -> Iterator[Datum]:
    """Yield the fields that the schema names, then those that only the sample has."""
    held = sample if isinstance(sample, dict) else {}
    properties: Mapping[str, Any] = schema.get("properties") or {}
    is_closed = schema.get("additionalProperties") is False
    others = [] if is_closed else [name for name in held if name not in properties]
    for name in [*properties, *others][:MANY]:
        part = properties.get(name, schema.get("additionalProperties"))
        part = part if is_schema(part) else {}
        certain = name in properties and name in schema.get("required", ())
        title = part.get("title") or _titled(name)
        inner = way.field(name, certain=certain)
        yield _datum(title, trail, inner, part, held.get(name, ABSENT), depth=depth + 1)


def _entries(
    trail: str, way: _Way, schema: Mapping[str, Any], sample: Any, depth: int
) -> Iterator[Datum]:
    """Yield how many entries a list has, its first one, and a field of every one."""
    held = sample if isinstance(sample, list) else []
    items = schema.get("items")
    items = items if is_schema(items) else {}
    whole = way.read("array")
    count = "" if sample is ABSENT else str(len(held))
    yield Datum(
        title="How many",
        trail=f"{trail}{BELOW}How many",
        kind=words_of_kind("integer"),
        path=f"{whole}.size()",
        value=count,
        is_seen=sample is not ABSENT,
    )
    first = held[0] if held else ABSENT
    yield _datum("First entry", trail, way.first(), items, first, depth=depth + 1)
    if kind_of(items, first) != "object" or isinstance(items.get("type"), list):
        return
    for one in _fields("", _Way(EACH), items, first, DEEPEST):
        yield Datum(
            title=f"{one.title} of every entry",
            trail=f"{trail}{BELOW}{one.title} of every entry",
            kind=words_of_kind("array"),
            path=f"{whole}.map({EACH}, {one.path})",
        )


def _titled(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").strip().capitalize() or name
