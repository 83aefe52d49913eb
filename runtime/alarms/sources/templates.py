"""Text with places in it, such as `Link {ifDescr|ifIndex} is down`, filled from what a source said.

Nothing runs: a place names a value, or several of which the first that is there counts. Names are
letters, digits and `_ . -`; `{{` and `}}` are braces. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kernel.errors import InvalidError, Problem

TEMPLATE_MAX = 500
MISSING = "?"
_PART = re.compile(r"\{\{|\}\}|\{([A-Za-z0-9_.|-]+)\}|[{}]|[^{}]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value goes: the names that are looked for, in their order."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A template read: texts and places in turn."""

    parts: tuple[str | Place, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """Give the places alone."""
        return tuple(one for one in self.parts if isinstance(one, Place))

    @property
    def names(self) -> frozenset[str]:
        """Give every name that is looked for."""
        return frozenset(name for place in self.places for name in place.names)

    def fill(self, values: Mapping[str, Any]) -> str:
        """Put values into the places; one that is not there is a question mark.

        >>> parse_template("Link {ifDescr|ifIndex} of {agent}").fill({"ifIndex": 7, "agent": "r1"})
        'Link 7 of r1'
        """
        return "".join(
            one if isinstance(one, str) else _value(one, values) for one in self.parts
        ).strip()


def _value(place: Place, values: Mapping[str, Any]) -> str:
    found = (values.get(name) for name in place.names)
    return next((str(one) for one in found if one not in (None, "")), MISSING)


@lru_cache(maxsize=8_192)
def parse_template(text: str) -> Template:
    """Read a template.

    Raises:
        InvalidError: a brace that opens or closes no place; the message says where.
    """
    if len(text) > TEMPLATE_MAX:
        raise _refusal(f"longer than {TEMPLATE_MAX} characters: shorten it")
    parts: list[str | Place] = []
    for found in _PART.finditer(text):
        piece, name = found.group(), found.group(1)
        if piece in ("{", "}"):
            raise _refusal(
                f"the brace at character {found.start() + 1} belongs to no place: write "
                "{name} for a place, {{ or }} for a brace"
            )
        if name is not None:
            parts.append(Place(tuple(name.split("|"))))
        else:
            parts.append(piece[:1] if piece in ("{{", "}}") else piece)
    return Template(tuple(parts))


def template_problem(text: str, known: Iterable[str] | None = None) -> str | None:
    """Say what is wrong with a template, or None.

    Args:
        text: The template.
        known: The names there are; None where any may come.

    >>> template_problem("{who} is down", ["agent"])
    'who is no name here: there are agent'
    """
    try:
        template = parse_template(text)
    except InvalidError as error:
        return error.message
    if known is None:
        return None
    there = sorted(known)
    strange = sorted(template.names - set(there))
    return f"{strange[0]} is no name here: there are {', '.join(there)}" if strange else None


def _refusal(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("", message)])
