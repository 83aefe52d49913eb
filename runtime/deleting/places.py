"""Where rows of an organisation lie: every table whose rows are one's, found by its foreign keys.

The list of `runtime.moving.handling` says of each that somebody thought of it. A table that is not
in it, or that stands in the database and in no model, stops a deletion before it begins: nobody
could vouch for what is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, func, inspect, or_, select
from sqlalchemy.orm import Session

from kernel.db import Base
from runtime.moving.handling import LEFT_OUT, MOVED
from tenancy.scope import as_tenant, owned_connection, system

OWNER = "tenant_id"
ORGANISATION = "organisation"
PERSON = "person"
HANDED_ON = "deletion"
"""Certificates of those below: they go to whoever is above, since they prove something yet."""
_LAST = ("membership", "custom_role", "audit_chain")
"""What is needed until all else is gone, in this order: with a membership its person goes, and with
that whatever is still theirs; a role of one's own goes after its members, the audit after all.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A table, and the columns of it that name an organisation."""

    table: Table
    columns: tuple[str, ...]

    def of(self, organisation_id: UUID) -> ColumnElement[bool]:
        """Say of a row that it is an organisation's, or about it."""
        return or_(*(self.table.c[one] == organisation_id for one in self.columns))


@cache
def places() -> tuple[Place, ...]:
    """Give every place, those that refer to others before those they refer to."""
    found = []
    for table in reversed(Base.metadata.sorted_tables):
        columns = _naming(table, ORGANISATION)
        if columns and table.name != ORGANISATION:
            found.append(Place(table=table, columns=columns))
    return tuple(sorted(found, key=_turn))


@cache
def tables_of_people() -> tuple[Table, ...]:
    """Give the tables whose rows are a person's alone, whatever organisation they belong to."""
    return tuple(
        table
        for table in reversed(Base.metadata.sorted_tables)
        if _naming(table, PERSON) and not _naming(table, ORGANISATION)
    )


def unknown_tables(connection: Connection) -> list[str]:
    """Name the tables of this database that name organisations and that nobody thought of."""
    thought_of = MOVED | LEFT_OUT.keys() | {ORGANISATION}
    keys = inspect(connection).get_multi_foreign_keys()
    return sorted(
        name
        for (_, name), found in keys.items()
        if name not in thought_of and any(one["referred_table"] == ORGANISATION for one in found)
    )


@contextmanager
def reached(session: Session, place: Place, organisation_id: UUID) -> Iterator[Connection]:
    """Give what reaches an organisation's rows of a place.

    A tenant's own rows are reached as that tenant, so that on PostgreSQL the database itself holds
    the statement to them; other tables name two organisations, and are reached across tenants.
    """
    if place.columns == (OWNER,):
        with as_tenant(session, organisation_id):
            yield owned_connection(session, organisation_id, of=place.table.name)
    else:
        with system(session):
            yield session.connection()


def count_rows(session: Session, place: Place, organisation_id: UUID) -> int:
    """Count an organisation's rows of a place."""
    counted = select(func.count()).select_from(place.table).where(place.of(organisation_id))
    with reached(session, place, organisation_id) as connection:
        return connection.execute(counted).scalar_one()


def _turn(place: Place) -> int:
    name = place.table.name
    return _LAST.index(name) if name in _LAST else -1


def _naming(table: Table, target: str) -> tuple[str, ...]:
    """Name the columns by which a row is another's, or about it.

    A key that is set to null when what it names goes is none: the row is another's, and stays.
    """
    return tuple(
        sorted(
            key.parent.name
            for key in table.foreign_keys
            if key.column.table.name == target and key.ondelete != "SET NULL"
        )
    )
