"""What the forms of templates say: read from a request's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kernel.errors import GarlandError, NotFoundError
from runtime.packs.parts import BLOCK, DECISION, RULE, TABLE, WORKFLOW
from runtime.tenant_templates.contents import CALENDAR, ORDER, POLICY, SOURCE, VIEW, Item
from runtime.tenant_templates.stock import Stock

OFFERED_MAX = 100
CHOSEN_MAX = 300
_CHOSEN_FIRST = (WORKFLOW, RULE, DECISION, SOURCE, VIEW, POLICY, TABLE, CALENDAR, BLOCK)
"""What people look for first when they choose; what that needs comes along by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a form was refused: beside fields by their name, or above all of it."""

    status: int
    beside: Mapping[str, str] = field(default_factory=dict)
    above: str = ""
    rest: tuple[str, ...] = ()


def refused(error: GarlandError, fields: Iterable[str]) -> Refused:
    """Split a refusal into what stands beside these fields, and what stands above the form."""
    problems = getattr(error, "problems", ())
    known = {*fields}
    beside = {
        one.pointer.lstrip("/"): one.message for one in problems if one.pointer.lstrip("/") in known
    }
    rest = tuple(one.message for one in problems if one.pointer.lstrip("/") not in known)
    above = "" if beside and not rest else error.message
    return Refused(status=error.status, beside=beside, above=above, rest=rest)


def id_of(text: str) -> UUID:
    """Read an id; raises NotFoundError."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("there is no such thing here") from None


def ids_of(form: Any, name: str) -> list[UUID]:
    """Read several ids, as many as are done at once."""
    return [id_of(one) for one in form.getlist(name)[:OFFERED_MAX]]


def parts_of(form: Any) -> list[str]:
    """Read which parts were ticked, each once."""
    return list(dict.fromkeys(form.getlist("part")[:CHOSEN_MAX]))


def by_kind(items: Iterable[Item]) -> list[tuple[str, list[Item]]]:
    """Group parts by their kind, in the order of bringing, for lists."""
    held: dict[str, list[Item]] = {kind: [] for kind in ORDER}
    for one in items:
        held[one.kind].append(one)
    return [(kind, found) for kind, found in held.items() if found]


def choices_in(stock: Stock) -> list[tuple[str, list[tuple[Item, str]]]]:
    """Group what can be chosen by its kind: each with why it cannot be, or ""."""
    told = {file: one.refusal for file, one in stock.held.items()}
    grouped = dict(by_kind(sorted((one.item for one in stock.held.values()), key=_place)))
    return [
        (kind, [(one, told[one.file]) for one in grouped[kind]])
        for kind in _CHOSEN_FIRST
        if kind in grouped
    ]


def _place(one: Item) -> tuple[str, str]:
    return one.title.lower(), one.file
