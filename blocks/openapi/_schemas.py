"""A schema of OpenAPI as one that a block may have: no references, a closed list of keywords.

What is sent is closed, keeps its limits and leaves out what only a server writes (`readOnly`). What
comes back is open and keeps its structure alone: servers differ from their documents (a number that
is a text, a limit that is not kept), and a step that has done its work must not fail for that.
Alternatives become one object with the fields of all of them. Schemas that hold themselves, or go
too deep, are cut: what was cut is free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks._profile import FORMATS
from blocks.openapi._document import Part, referred
from kernel.errors import InvalidError
from kernel.schema import Schema

VALUES_MAX = 4_000
DESCRIPTION_MAX = 200
ENUM_MAX = 200
_TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
_STRUCTURE = {"object", "array", "null"}
_NUMBERS = ("minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum")
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_LIMITS_OF = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
    "integer": _NUMBERS,
    "number": _NUMBERS,
}


class TooManyError(Exception):
    """The schema grows beyond what a block may have at this depth."""


@dataclass(slots=True)
class Converter:
    """Converts schemas of one message.

    Attributes:
        is_sent: Whether the message goes to the server.
        depth_max: How deep objects and lists are followed.
        notes: What could not be kept, each once.
    """

    is_sent: bool
    depth_max: int
    notes: dict[str, None] = field(default_factory=dict)
    _left: int = VALUES_MAX

    def convert(self, part: Part, *, depth: int = 0, inside: frozenset[str] = frozenset()) -> Any:
        """Give the schema as a block may have it.

        Raises:
            PartError: a reference leads nowhere.
            TooManyError: it grows too large.
        """
        self._left -= 1
        if self._left < 0:
            raise TooManyError
        whole, inside, is_cut = self._gathered(part, inside)
        if is_cut or (depth > self.depth_max and _has_fields(whole)):
            told = "holds itself" if is_cut else f"is more than {self.depth_max} deep"
            self.notes[f"{part.pointer} {told}: any value fits there"] = None
            return _words(whole.fields, is_sent=self.is_sent)
        made = _words(whole.fields, is_sent=self.is_sent)
        types = self._types(whole)
        kept = types if self.is_sent or not set(types) - _STRUCTURE else []
        if kept:
            made["type"] = kept[0] if len(kept) == 1 else kept
        if "object" in types:
            made |= self._object(whole, depth, inside)
        if "array" in types:
            made["items"] = self.convert(whole.part("items"), depth=depth + 1, inside=inside)
        made |= self._limits(whole, types)
        return made

    def _gathered(self, part: Part, inside: frozenset[str]) -> tuple[Part, frozenset[str], bool]:
        """Follow references and put `allOf`, `oneOf` and `anyOf` together into one map."""
        if part.pointer in inside:
            return part, inside, True
        inside = inside | {part.pointer}
        merged: dict[str, Any] = {}
        waiting = [(part, False)]
        while waiting:
            one, is_choice = waiting.pop(0)
            self._left -= 1
            if self._left < 0:
                raise TooManyError
            reference = one.fields.get("$ref")
            if isinstance(reference, str):
                target = referred(one, reference)
                if target.pointer in inside:
                    if one is part or not merged:
                        return one, inside, True
                    continue
                inside = inside | {target.pointer}
                waiting.insert(0, (target, is_choice))
                continue
            _merge(merged, one.fields, is_choice=is_choice)
            waiting[:0] = [(below, is_choice) for below in one.listed("allOf")]
            waiting += [(below, True) for below in self._choices(one, merged)]
        return Part(part.root, part.pointer, merged), inside, False

    def _choices(self, one: Part, merged: dict[str, Any]) -> Iterator[Part]:
        for keyword in ("oneOf", "anyOf"):
            found = list(one.listed(keyword))
            rest = [below for below in found if below.fields.get("type") != "null"]
            if len(rest) < len(found):
                merged["nullable"] = True
            if len(rest) > 1:
                told = f"{one.pointer}/{keyword} has {len(rest)} forms: the fields of all are there"
                self.notes[told] = None
            yield from rest

    def _types(self, whole: Part) -> list[str]:
        given = whole.fields.get("type")
        listed = given if isinstance(given, list) else [given]
        found = [one for one in _TYPES if one in [name for name in listed if _is_text(name)]]
        if not found and isinstance(whole.fields.get("properties"), Mapping):
            found = ["object"]
        if not found and isinstance(whole.fields.get("items"), Mapping):
            found = ["array"]
        is_nullable = whole.flag("nullable") or whole.flag("x-nullable")
        return [*found, "null"] if found and is_nullable and "null" not in found else found

    def _object(self, whole: Part, depth: int, inside: frozenset[str]) -> dict[str, Any]:
        properties = {}
        hidden = "readOnly" if self.is_sent else "writeOnly"
        for name in whole.part("properties").fields:
            below = Part(
                whole.root,
                f"{whole.pointer}/properties/{name}",
                _as_map(whole.part("properties").fields[name]),
            )
            if below.flag(hidden):
                continue
            made = self.convert(below, depth=depth + 1, inside=inside)
            properties[name] = made if "title" in made else {"title": in_words(name)} | made
        if not properties:
            return self._free_map(whole, depth, inside)
        if not self.is_sent:
            return {"properties": properties}
        required = [name for name in properties if name in whole.texts("required")]
        closed: dict[str, Any] = {"properties": properties, "additionalProperties": False}
        return closed | ({"required": required} if required else {})

    def _free_map(self, whole: Part, depth: int, inside: frozenset[str]) -> dict[str, Any]:
        more = whole.fields.get("additionalProperties")
        if isinstance(more, Mapping) and more:
            made = self.convert(whole.part("additionalProperties"), depth=depth + 1, inside=inside)
            return {"additionalProperties": made}
        return {}

    def _limits(self, whole: Part, types: list[str]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        choices = [one for one in _listed(whole.fields.get("enum")) if _fits(types, one)]
        if 0 < len(choices) <= ENUM_MAX and self.is_sent:
            made["enum"] = [one for at, one in enumerate(choices) if one not in choices[:at]]
        if not self.is_sent:
            return made
        for name in (limit for kind in types for limit in _LIMITS_OF.get(kind, ())):
            value = _limit(whole.fields, name)
            if value is not None:
                made[name] = value
        if "string" in types:
            made |= self._text_limits(whole)
        return made

    def _text_limits(self, whole: Part) -> dict[str, Any]:
        made: dict[str, Any] = {}
        named = whole.text("format")
        if named in FORMATS:
            made["format"] = named
        elif named == "password":
            made["x-garland"] = {"widget": "secret"}
        pattern = whole.text("pattern")
        if pattern:
            try:
                Schema({"type": "string", "pattern": pattern})
                made["pattern"] = pattern
            except (InvalidError, ValueError):
                self.notes[f"{whole.pointer}/pattern cannot be matched quickly: left out"] = None
        return made


def in_words(name: str) -> str:
    """Write a name as a title.

    >>> in_words("expectedResolutionDate"), in_words("@baseType"), in_words("ticket_URL")
    ('Expected resolution date', 'Base type', 'Ticket url')
    """
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    words = re.sub(r"[^A-Za-z0-9]+", " ", split).strip().lower()
    return (words[:1].upper() + words[1:])[:60] or name[:60]


def shortened(text: str, most: int) -> str:
    """Bring a text into one line of at most so many characters.

    >>> shortened("One  two three", 9)
    'One two …'
    """
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 2].rstrip() + " …"


def _merge(merged: dict[str, Any], fields: Mapping[str, Any], *, is_choice: bool) -> None:
    """Add what one part says; of alternatives, what all of them allow."""
    for name, value in fields.items():
        if name in ("allOf", "oneOf", "anyOf", "not", "discriminator"):
            continue
        if name == "properties" and isinstance(value, Mapping):
            known = _as_map(merged.get("properties"))
            merged[name] = {**known, **_joined(known, value, is_choice=is_choice)}
        elif name == "required" and is_choice:
            continue
        elif name in merged:
            merged[name] = _both(name, merged[name], value, is_choice=is_choice)
        else:
            merged[name] = value


def _both(name: str, before: Any, value: Any, *, is_choice: bool) -> Any:
    if name == "required" or (name == "enum" and is_choice):
        return [*_listed(before), *_listed(value)]
    if name == "type" and is_choice and before != value:
        types = [*_one_or_more(before), *_one_or_more(value)]
        return [one for at, one in enumerate(types) if one not in types[:at]]
    return before if is_choice else value


def _joined(
    known: Mapping[str, Any], more: Mapping[str, Any], *, is_choice: bool
) -> dict[str, Any]:
    """A field that alternatives describe differently may be anything."""
    return {
        name: {"title": in_words(name)}
        if is_choice and name in known and known[name] != one
        else one
        for name, one in more.items()
    }


def _has_fields(whole: Part) -> bool:
    return any(name in whole.fields for name in ("properties", "items", "additionalProperties"))


def _words(fields: Mapping[str, Any], *, is_sent: bool) -> dict[str, Any]:
    made = {}
    title, description = fields.get("title"), fields.get("description")
    if isinstance(title, str) and title.strip():
        made["title"] = shortened(title, 60)
    if is_sent and isinstance(description, str) and description.strip():
        made["description"] = shortened(description, DESCRIPTION_MAX)
    return made


def _limit(fields: Mapping[str, Any], name: str) -> int | float | None:
    """Read a limit; an exclusive one was a flag beside it before OpenAPI 3.1."""
    if name in ("exclusiveMinimum", "exclusiveMaximum") and fields.get(name) is True:
        return _number(fields.get(name.replace("exclusiveM", "m")))
    value = _number(fields.get(name))
    if value is None or (name in _COUNTS and (value < 0 or value != int(value))):
        return None
    return None if name == "multipleOf" and value <= 0 else value


def _number(value: Any) -> int | float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _fits(types: list[str], value: Any) -> bool:
    return not types or Schema({"type": types}).accepts(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _one_or_more(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _as_map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)
