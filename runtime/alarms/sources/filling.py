"""Whether what a source sends is filled from the inventory, whatever its kind.

Pure. Kept in the source's `config`; who fills is `runtime.enriching`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kernel.errors import InvalidError, Problem

FILLS, ATTRIBUTES = "fill_from_inventory", "fill_attributes"
ATTRIBUTES_MAX = 20
NAME_MAX = 200

FILLING_PROPERTIES: Mapping[str, Any] = MappingProxyType(
    {
        FILLS: {"type": "boolean"},
        ATTRIBUTES: {
            "type": "array",
            "maxItems": ATTRIBUTES_MAX,
            "uniqueItems": True,
            "items": {"type": "string", "minLength": 1, "maxLength": NAME_MAX},
        },
    }
)


@dataclass(frozen=True, slots=True)
class Filling:
    """What is filled in for one source: an alarm's own fields always, and these attributes."""

    attributes: tuple[str, ...]


def filling_of(config: Mapping[str, Any]) -> Filling | None:
    """Read it of a source's `config`; None where nothing is filled."""
    return Filling(tuple(config.get(ATTRIBUTES, ()))) if config.get(FILLS) else None


def filling_from_form(form: Mapping[str, str]) -> dict[str, Any]:
    """Read the settings form: a tick, and names parted by commas.

    >>> filling_from_form({"fill_from_inventory": "1", "fill_attributes": "vendor, tier,vendor"})
    {'fill_from_inventory': True, 'fill_attributes': ['vendor', 'tier']}

    Raises:
        InvalidError: there are too many names, or one is too long.
    """
    names = dict.fromkeys(one for part in _names(form) if (one := part.strip()))
    if len(names) > ATTRIBUTES_MAX or any(len(one) > NAME_MAX for one in names):
        message = f"name at most {ATTRIBUTES_MAX} attributes, parted by commas"
        raise InvalidError("the settings cannot be kept so", problems=[_problem(message)])
    if names and not form.get(FILLS):
        message = "tick that it is filled from the inventory, or leave the attributes out"
        raise InvalidError("the settings cannot be kept so", problems=[_problem(message)])
    found: dict[str, Any] = {FILLS: True} if form.get(FILLS) else {}
    return {**found, ATTRIBUTES: list(names)} if names else found


def filling_as_form(config: Mapping[str, Any]) -> dict[str, str]:
    """Write it as the form shows it."""
    return {
        FILLS: "1" if config.get(FILLS) else "",
        ATTRIBUTES: ", ".join(config.get(ATTRIBUTES, ())),
    }


def _names(form: Mapping[str, str]) -> list[str]:
    return form.get(ATTRIBUTES, "").split(",")


def _problem(message: str) -> Problem:
    return Problem(f"/{ATTRIBUTES}", message)
