"""Look-up tables: reference data that workflows find by a key."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from kernel.ids import new_id
from runtime.inventory._tables import LookupRow, LookupTable


def put_table(
    session: Session,
    tenant_id: UUID,
    name: str,
    columns: Sequence[str],
    rows: Mapping[str, Mapping[str, Any]],
) -> None:
    """Make a table or replace its rows; `rows` are the values by key.

    It waits for whoever else replaces them or holds the table with `read_table`.
    """
    table = session.scalar(
        select(LookupTable)
        .where(LookupTable.tenant_id == tenant_id, LookupTable.name == name)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if table is None:
        table = LookupTable(id=new_id(), tenant_id=tenant_id, name=name, columns=list(columns))
        session.add(table)
    table.columns = list(columns)
    session.flush()
    session.execute(delete(LookupRow).where(LookupRow.table_id == table.id))
    if rows:
        session.execute(
            insert(LookupRow),
            [
                {"tenant_id": tenant_id, "table_id": table.id, "key": key, "values": dict(values)}
                for key, values in rows.items()
            ],
        )


def read_table(
    session: Session, tenant_id: UUID, name: str, *, lock: bool = False
) -> tuple[list[str], dict[str, dict[str, Any]]] | None:
    """Give the columns and, by key, the values of a table; None where there is none.

    With `lock` nobody adds, changes or removes a row of it before the transaction ends.
    """
    wanted = select(LookupTable).where(LookupTable.tenant_id == tenant_id, LookupTable.name == name)
    rows = select(LookupRow.key, LookupRow.values).where(LookupRow.tenant_id == tenant_id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
        rows = rows.with_for_update()
    table = session.scalar(wanted)
    if table is None:
        return None
    found = session.execute(rows.where(LookupRow.table_id == table.id).order_by(LookupRow.key))
    return list(table.columns), dict(found.all())


def look_up(session: Session, tenant_id: UUID, table: str, key: str) -> dict[str, Any] | None:
    """Give the row with that key, or None."""
    return session.scalar(
        select(LookupRow.values)
        .join(LookupTable, LookupTable.id == LookupRow.table_id)
        .where(LookupTable.tenant_id == tenant_id, LookupTable.name == table, LookupRow.key == key)
    )


def missing_tables(session: Session, tenant_id: UUID, names: Collection[str]) -> set[str]:
    """Say which of these tables there are not; those there are stay until the transaction ends.

    For who is about to publish what names them: whoever removes one waits, and then sees the use.
    """
    there = session.scalars(
        select(LookupTable.name)
        .where(LookupTable.tenant_id == tenant_id, LookupTable.name.in_(sorted(names)))
        .order_by(LookupTable.id)
        .with_for_update(read=True, key_share=True)
    )
    return set(names).difference(there)


def table_exists(session: Session, tenant_id: UUID, table: str) -> bool:
    """Tell whether the tenant has a table of that name."""
    return table in table_names(session, tenant_id)


def table_names(session: Session, tenant_id: UUID) -> list[str]:
    """List the names of the tenant's tables."""
    return list(
        session.scalars(
            select(LookupTable.name)
            .where(LookupTable.tenant_id == tenant_id)
            .order_by(LookupTable.name)
        )
    )
