"""Rows of a tenant: one found by its id, told apart from nothing else than "not there"; or new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, func, inspect, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from kernel.bulk import insert_rows, update_rows
from kernel.cursors import read_place
from kernel.db import TenantOwned
from kernel.errors import NotFoundError
from tenancy.scope import owned_connection

Row = TypeVar("Row", bound=TenantOwned)
Columns = TypeVarTuple("Columns")


def find_owned(
    session: Session, model: type[Row], tenant_id: UUID, key: UUID, *, lock: bool = False
) -> Row | None:
    """Find a tenant's row by its column `id`; locked until the transaction ends where asked."""
    entity: Any = model
    wanted = select(entity).where(entity.id == key, entity.tenant_id == tenant_id)
    found: Row | None = session.scalar(wanted.with_for_update() if lock else wanted)
    return found


def get_owned(
    session: Session,
    model: type[Row],
    tenant_id: UUID,
    key: UUID,
    *,
    name: str,
    lock: bool = False,
) -> Row:
    """Give a tenant's row by its column `id`.

    Raises:
        NotFoundError: there is no such `name`, or it is another tenant's.
    """
    found = find_owned(session, model, tenant_id, key, lock=lock)
    if found is None:
        raise NotFoundError(f"no such {name}", id=str(key))
    return found


def by_name(
    wanted: Select[*Columns],
    model: type[TenantOwned],
    *,
    q: str = "",
    after: Sequence[str] | None = None,
) -> Select[*Columns]:
    """Give a query in the order of its model's column `name`, whatever the case; then of `id`.

    Args:
        wanted: What is asked for, bound to the tenant.
        model: The table whose columns `name` and `id` these are.
        q: Only those with this in their name.
        after: Where the page before ended: name and id of its last row.
    """
    entity: Any = model
    lowered = func.lower(entity.name)
    if q:
        wanted = wanted.where(entity.name.icontains(q, autoescape=True))
    if after is not None:
        said, last_id = read_place(after, str, UUID)
        last = func.lower(said)
        wanted = wanted.where(or_(lowered > last, (lowered == last) & (entity.id > last_id)))
    return wanted.order_by(lowered, entity.id)


def insert_new(
    session: Session, model: type[TenantOwned], row: Mapping[str, Any], *, keys: tuple[str, ...]
) -> bool:
    """Write a tenant's row unless one with the same unique keys is there; False when it is.

    `keys` names the columns of one unique key; () stands for every unique key of the table, where
    several may meet at the same moment.

    Waits for a transaction that is writing the same keys right now, and takes its word for it. By
    the bare connection: the mapper's way of writing one row costs three times as much.

    Raises:
        ScopeError: the session is bound to another tenant than the row's, or to none.
    """
    connection = owned_connection(session, row["tenant_id"], of=model.__name__)
    entity: Any = model
    wanted = _insert_unless_there(entity, keys, connection.dialect.name)
    return connection.execute(wanted, dict(row)).first() is not None


def insert_many(
    session: Session, model: type[TenantOwned], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write rows of a tenant that all have the same columns, by the bare connection.

    Raises:
        ScopeError: the session is bound to another tenant than a row's, or to none.
    """
    connection = None
    for tenant_id in {row["tenant_id"] for row in rows}:
        connection = owned_connection(session, tenant_id, of=model.__name__)
    if connection is not None:
        insert_rows(connection, model, rows)


def update_many(
    session: Session,
    model: type[TenantOwned],
    tenant_id: UUID,
    rows: Iterable[Mapping[str, Any]],
) -> None:
    """Write what changed of a tenant's rows, each named by its primary key.

    By the bare connection: what the session has loaded of them is as old as before.

    Raises:
        ScopeError: the session is bound to another tenant, or to none.
    """
    connection = owned_connection(session, tenant_id, of=model.__name__)
    owned = ({**row, "tenant_id": tenant_id} for row in rows)
    update_rows(connection, model, owned, also="tenant_id")


@cache
def _insert_unless_there(model: Any, keys: tuple[str, ...], dialect: str) -> Any:
    """Put the statement together once: that costs more than running it."""
    insert = insert_postgresql if dialect == "postgresql" else insert_sqlite
    known = inspect(model).primary_key
    return insert(model).on_conflict_do_nothing(index_elements=keys or None).returning(*known)
