"""The orders that sources are listed in, and places in them for pages that follow each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal, tuple_

from kernel.clock import parse_instant
from kernel.cursors import read_number, read_place
from runtime.alarms._tables import Source

BY_NAME = "name"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class _Order(NamedTuple):
    """What sources are ordered by, how a source's own value is found, and read out of a cursor."""

    column: ColumnElement[Any]
    value: Callable[[Any], Any]
    read: Callable[[str], Any]


_seen = func.coalesce(Source.last_seen_at, literal(_NEVER, Source.last_seen_at.type))
_ORDERS: Mapping[str, _Order] = {
    BY_NAME: _Order(Source.name.expression, lambda one: one.name, str),
    "created_at": _Order(Source.created_at.expression, lambda one: one.created_at, parse_instant),
    "last_seen_at": _Order(_seen, lambda one: one.last_seen_at or _NEVER, parse_instant),
    "accepted": _Order(func.coalesce(Source.accepted, 0), lambda one: one.accepted, read_number),
    "rejected": _Order(func.coalesce(Source.rejected, 0), lambda one: one.rejected, read_number),
}
SORTS = tuple(sign + name for name in _ORDERS for sign in ("", "-"))


def ordering(sort: str) -> list[ColumnElement[Any]]:
    """Give what to order by."""
    column = _ORDERS[sort.removeprefix("-")].column
    if sort.startswith("-"):
        return [column.desc(), Source.id.desc()]
    return [column.asc(), Source.id.asc()]


def beyond(sort: str, after: Sequence[str]) -> ColumnElement[bool]:
    """Say which sources come after a place.

    Raises:
        InvalidError: it is no place in this order.
    """
    order = _ORDERS[sort.removeprefix("-")]
    value, key = read_place(after, order.read, UUID)
    place = tuple_(order.column, Source.id)
    bound = tuple_(literal(value, order.column.type), literal(key, Source.id.type))
    return place < bound if sort.startswith("-") else place > bound


def place_in(sort: str, source: Any) -> list[str]:
    """Give where a page in this order that ends with a source ended."""
    value = _ORDERS[sort.removeprefix("-")].value(source)
    return [value.isoformat() if isinstance(value, datetime) else str(value), str(source.id)]
