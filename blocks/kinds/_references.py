"""Texts and documents with places for settings and data: `${config.site}`, `${input.body.id}`.

A place names a field and nothing else: no text of anybody's is ever evaluated. A text that is one
place alone becomes the value itself, whatever its type; a place inside a longer text becomes text.
`$${` stands for `${`. What is not there, or null, is left out together with the field it was for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from typing_extensions import override

from blocks.outcomes import BlockError

ROOTS = ("config", "input")
_PLACE = re.compile(r"\$\$\{|\$\{([^}]*)\}|\$\{")
_NAME = re.compile(r"[A-Za-z0-9_@-]+")


class _Absent:
    """There is no value."""


ABSENT: Final = _Absent()


@dataclass(frozen=True, slots=True)
class Reference:
    """A field of the step's config or input."""

    root: str
    path: tuple[str, ...]

    @override
    def __str__(self) -> str:
        return ".".join((self.root, *self.path))

    def value(self, given: Mapping[str, Any]) -> Any:
        """Give the field's value, ABSENT when it has none."""
        found: Any = given[self.root]
        for name in self.path:
            if not isinstance(found, Mapping) or name not in found:
                return ABSENT
            found = found[name]
        return ABSENT if found is None else found


Part = str | Reference


def parts_of(text: str) -> tuple[Part, ...]:
    """Take a text apart.

    Raises:
        ValueError: saying which place cannot be read.

    >>> [str(part) for part in parts_of("/tickets/${input.id}/notes")]
    ['/tickets/', 'input.id', '/notes']
    """
    parts: list[Part] = []
    end = 0
    for found in _PLACE.finditer(text):
        if found.start() > end:
            parts.append(text[end : found.start()])
        parts.append("${" if found[0] == "$${" else _reference(found))
        end = found.end()
    if end < len(text):
        parts.append(text[end:])
    return tuple(parts)


def references_in(document: Any) -> Iterator[Reference]:
    """List the places in all texts of a document; raises ValueError as `parts_of` does."""
    if isinstance(document, str):
        yield from (part for part in parts_of(document) if isinstance(part, Reference))
    elif isinstance(document, Mapping):
        for one in document.values():
            yield from references_in(one)
    elif isinstance(document, list):
        for one in document:
            yield from references_in(one)


def fill(document: Any, given: Mapping[str, Any]) -> Any:
    """Put values into a document; gives ABSENT when it is a place without one."""
    if isinstance(document, str):
        return _fill_text(document, given)
    if isinstance(document, Mapping):
        filled = {name: fill(one, given) for name, one in document.items()}
        return {name: one for name, one in filled.items() if one is not ABSENT}
    if isinstance(document, list):
        return [one for one in (fill(item, given) for item in document) if one is not ABSENT]
    return document


def as_text(value: Any, what: str) -> str:
    """Write a value into an address or a header; a list is joined by commas.

    Raises:
        BlockError: `http.bad_value` for an object.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join(as_text(one, what) for one in value)
    if isinstance(value, Mapping):
        message = f"{what} is an object, and no address or header can hold one: choose a field."
        raise BlockError("http.bad_value", message, retryable=False)
    return json.dumps(value)


def joined(
    parts: tuple[Part, ...], given: Mapping[str, Any], *, write: Callable[[str, str], str]
) -> str | _Absent:
    """Write parts as one text, ABSENT when one of them is; `write` gets each value and its name."""
    written: list[str] = []
    for part in parts:
        if isinstance(part, str):
            written.append(part)
            continue
        value = part.value(given)
        if isinstance(value, _Absent):
            return value
        written.append(write(as_text(value, str(part)), str(part)))
    return "".join(written)


def _fill_text(text: str, given: Mapping[str, Any]) -> Any:
    parts = parts_of(text)
    if len(parts) == 1 and isinstance(parts[0], Reference):
        return parts[0].value(given)
    return joined(parts, given, write=lambda value, _: value)


def _reference(found: re.Match[str]) -> Reference:
    root, *path = (found[1] or "").split(".")
    if root not in ROOTS or not path or not all(_NAME.fullmatch(name) for name in path):
        message = f"{found[0]} names no field: write it as ${{config.name}} or ${{input.name}}"
        raise ValueError(message)
    return Reference(root, tuple(path))
