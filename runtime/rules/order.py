"""The orders that rules are listed in, and places in them for pages that follow each other. Pure.

How often a rule fired is counted for the whole list at once, so the list is ordered here and not in
the database; a tenant has some thousands of rules at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kernel.clock import parse_instant
from kernel.cursors import read_number, read_place
from kernel.errors import InvalidError, Problem
from runtime.rules.store import RuleView

BY_NAME = "name"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_KEYS: Mapping[str, tuple[Callable[[RuleView], Any], Callable[[str], Any]]] = {
    BY_NAME: (lambda rule: rule.name.lower(), str),
    "updated_at": (lambda rule: rule.updated_at, parse_instant),
    "fired": (lambda rule: rule.fired_count, read_number),
    "last_fired_at": (lambda rule: rule.last_fired_at or _NEVER, parse_instant),
}
SORTS = tuple(sign + name for name in _KEYS for sign in ("", "-"))


def read_sort(asked: Mapping[str, str]) -> str:
    """Read `sort` from a query, by name where there is none; raises InvalidError."""
    said = asked.get("sort", "") or BY_NAME
    if said not in SORTS:
        message = f"sort must be one of {', '.join(SORTS)}"
        raise InvalidError(message, problems=[Problem("/sort", message)])
    return said


def in_order(
    rules: Iterable[RuleView], sort: str, *, after: Sequence[str] | None = None
) -> list[RuleView]:
    """Put rules in an order of `SORTS`; those after a place alone where one is given.

    Rules that come alike stand by their ids, so that no page leaves one out or has it twice. O(n
    log n).

    Raises:
        InvalidError: `after` is no place in this order.
    """
    is_falling = sort.startswith("-")
    key, read = _KEYS[sort.removeprefix("-")]

    def place(rule: RuleView) -> tuple[Any, str]:
        return key(rule), str(rule.id)

    found = sorted(rules, key=place, reverse=is_falling)
    if after is None:
        return found
    value, id_ = read_place(after, read, UUID)
    last = (value, str(id_))
    return [one for one in found if (place(one) < last if is_falling else place(one) > last)]


def place_of(rule: RuleView, sort: str) -> list[str]:
    """Give where a page in this order that ends with a rule ended."""
    value = _KEYS[sort.removeprefix("-")][0](rule)
    return [value.isoformat() if isinstance(value, datetime) else str(value), str(rule.id)]
