"""An organisation's rows, read in the order and the words that the digest is made of.

Only for system scope: tables are named by the list in `handling`, not by mapped classes, and each
statement names the organisation itself. Read from one snapshot, or the tables do not fit together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, String, Table, func, or_, select

from kernel.db import Base
from runtime.moving.handling import (
    COUNTERS,
    MOVED,
    NUMBERED,
    ONLY_WHERE,
    ONLY_WITH,
    ONLY_WITHOUT,
    SEALED_DOCUMENTS,
)
from runtime.moving.lines import OWNER, columns_of, write_line
from runtime.moving.numbers import Span, Spans, moved

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an organisation's rows are read: by this connection, with these numbers."""

    connection: Connection
    tenant_id: UUID
    spans: Spans


def moved_tables() -> list[Table]:
    """Give the tables that move, those that others refer to first."""
    return [one for one in Base.metadata.sorted_tables if one.name in MOVED]


def place_of(connection: Connection, tenant_id: UUID) -> Place:
    """Give where an organisation's rows are read from, with the numbers it has."""
    spans = {}
    for counter in COUNTERS:
        ends = [_ends(connection, tenant_id, *one) for one in _holders(counter)]
        known = [end for pair in ends for end in pair if end is not None]
        if known:
            spans[counter] = Span(first=min(known), last=max(known))
    return Place(connection=connection, tenant_id=tenant_id, spans=spans)


def count_rows(place: Place, table: Table) -> int:
    """Count the rows of a table that would move."""
    counted = select(func.count()).select_from(table).where(*mine(table, place.tenant_id))
    return place.connection.execute(counted).scalar_one()


def lines_of(place: Place, table: Table) -> Iterator[bytes]:
    """Give an organisation's rows of a table as lines, by their keys."""
    by = {counter: -span.first for counter, span in place.spans.items()}
    wanted = select(*columns_of(table)).where(*mine(table, place.tenant_id))
    ordered = wanted.order_by(*(_in_order(one, place.connection) for one in _key(table)))
    rows = place.connection.execute(ordered.execution_options(yield_per=AT_ONCE))
    hidden = SEALED_DOCUMENTS.get(table.name)
    for row in rows.mappings():
        said = moved(table.name, dict(row), by)
        if hidden is not None:
            said[hidden] = without_sealed(said[hidden])
        yield write_line(said)


def mine(table: Table, tenant_id: UUID) -> list[ColumnElement[bool]]:
    """Say which rows of a table move with an organisation."""
    found = [table.c[OWNER] == tenant_id]
    if table.name in ONLY_WHERE:
        column, words = ONLY_WHERE[table.name]
        found.append(or_(*(table.c[column] == _word(table.c[column], one) for one in words)))
    if table.name in ONLY_WITHOUT:
        found.append(table.c[ONLY_WITHOUT[table.name]].is_(None))
    if table.name in ONLY_WITH:
        found.append(table.c[ONLY_WITH[table.name]].is_not(None))
    return found


def without_sealed(value: Any) -> Any:
    """Give a document with nothing where it holds sealed texts.

    >>> without_sealed({"community_sealed": "", "users": [{"auth_sealed": "x", "name": "a"}]})
    {'community_sealed': '', 'users': [{'auth_sealed': None, 'name': 'a'}]}
    """
    return with_sealed(value, lambda _: None)


def with_sealed(value: Any, become: Callable[[Any], Any]) -> Any:
    """Give a document with each sealed text in it made into something else, in their order."""
    if isinstance(value, list):
        return [with_sealed(one, become) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: become(one) if _holds(name, one) else with_sealed(one, become)
        for name, one in sorted(value.items())
    }


def _holds(name: str, value: Any) -> bool:
    return name.endswith("_sealed") and (value is None or (isinstance(value, str) and bool(value)))


def _word(column: Column[Any], word: str) -> Any:
    kind = getattr(column.type, "enum_class", None)
    return kind(word) if kind is not None else word


def _key(table: Table) -> Iterable[Column[Any]]:
    return [one for one in table.primary_key.columns if one.name != OWNER]


def _in_order(column: Column[Any], connection: Connection) -> ColumnElement[Any]:
    """Put texts in the order of their bytes, whatever language the database speaks."""
    is_text = isinstance(column.type, String) and connection.dialect.name == "postgresql"
    return column.collate("C") if is_text else column


def _holders(counter: str) -> Iterator[tuple[Table, str]]:
    for table, columns in NUMBERED.items():
        for column, whose in columns.items():
            if whose == counter:
                yield Base.metadata.tables[table], column


def _ends(
    connection: Connection, tenant_id: UUID, table: Table, column: str
) -> tuple[int | None, int | None]:
    number = table.c[column]
    asked = select(func.min(number), func.max(number)).where(table.c[OWNER] == tenant_id)
    least, most = connection.execute(asked).one()
    return least, most
