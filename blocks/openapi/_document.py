"""Walking a document: each part with its place, references followed inside the document only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from blocks.schemas import value_at
from kernel.schema import path_of, pointer_to

REFERENCES_MAX = 20


class PartError(Exception):
    """A part of the document that cannot be used; says where and why."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(message)
        self.pointer = pointer
        self.message = message


class ForeignReferenceError(PartError):
    """A part lies in another document, which is never fetched."""


@dataclass(frozen=True, slots=True)
class Part:
    """A map of fields somewhere in the document."""

    root: Mapping[str, Any]
    pointer: str
    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Give a text field; "" where there is none."""
        found = self.fields.get(name)
        return found if isinstance(found, str) else ""

    def flag(self, name: str) -> bool:
        """Tell whether a field is true."""
        return self.fields.get(name) is True

    def texts(self, name: str) -> list[str]:
        """Give a list's texts."""
        found = self.fields.get(name)
        return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []

    def part(self, name: str) -> Part:
        """Give a field that is a map; an empty one where there is none."""
        return self.made(self.fields.get(name, {}), name)

    def parts(self, name: str) -> Iterator[tuple[str, Part]]:
        """List the maps in a map, with their names."""
        below = self.part(name)
        for key in below.fields:
            yield key, below.made(below.fields[key], key)

    def listed(self, name: str) -> Iterator[Part]:
        """List the maps in a list."""
        found = self.fields.get(name, [])
        where = f"{self.pointer}{pointer_to([name])}"
        if not isinstance(found, list):
            raise PartError(where, f"{name} must be a list")
        below = Part(self.root, where, {})
        for index, one in enumerate(found):
            yield below.made(one, str(index))

    def made(self, value: Any, name: str) -> Part:
        """Give a value in it as a part, its reference followed."""
        where = f"{self.pointer}{pointer_to([name])}"
        if not isinstance(value, Mapping):
            raise PartError(where, f"{name} must be a map of fields")
        return followed(Part(self.root, where, value))


def followed(part: Part) -> Part:
    """Follow `$ref` to what it stands for, again and again.

    Raises:
        PartError: it leads nowhere, or in a circle, or (ForeignReferenceError) out of the document.
    """
    found = part
    for _ in range(REFERENCES_MAX):
        reference = found.fields.get("$ref")
        if not isinstance(reference, str):
            return found
        found = referred(found, reference)
    raise PartError(part.pointer, "the $ref leads in a circle")


def referred(part: Part, reference: str) -> Part:
    """Give what one `$ref` names."""
    where = f"{part.pointer}/$ref"
    if not reference.startswith("#"):
        message = f"{reference[:200]} is another document: put both into one"
        raise ForeignReferenceError(where, message)
    pointer = unquote(reference[1:])
    found = value_at(part.root, pointer) if pointer in ("", *_whole(pointer)) else None
    if not isinstance(found, Mapping):
        raise PartError(where, f"{reference[:200]} is not in the document")
    return Part(part.root, pointer_to(path_of(pointer)), found)


def _whole(pointer: str) -> tuple[str, ...]:
    return (pointer,) if pointer.startswith("/") else ()
