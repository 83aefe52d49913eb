"""A tenant's look-up tables: make, fill, change row by row, remove.

What workflows and rules ask of them is `runtime.inventory.lookup`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, func, or_, select
from sqlalchemy.orm import Session

from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from kernel.json_text import why_not_kept
from runtime.imports.reading import FILE_MAX_BYTES
from runtime.imports.sheets import guarded, sheet_rows, unguarded
from runtime.inventory._tables import KEY_MAX, LookupRow, LookupTable
from runtime.inventory.lookup import put_table
from tenancy.rows import get_owned

USERS = "garland.look_up_table_users"
Users = Callable[[Session, UUID, str], list[str]]
NAME_MAX = 120
COLUMNS_MAX = 50
COLUMN_MAX = 60
CELL_MAX = 2_000
ROWS_MAX = 50_000
TABLES_MAX = 200


class TableInUseError(ConflictError):
    """A table that something looks into was to be removed."""

    code = "lookups.in_use"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """One table: its columns beside the key, and how many rows it has."""

    id: UUID
    name: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One row; what it does not say of a column is ""."""

    id: UUID
    key: str
    values: Mapping[str, Any]


def create_table(
    session: Session, tenant_id: UUID, *, name: str, columns: Sequence[str]
) -> TableView:
    """Make an empty table.

    Raises:
        InvalidError: the name is taken or none, or the columns are not 1 to 50 different words.
        ConflictError: there are as many tables as there may be.
    """
    said = name.strip()
    if not 0 < len(said) <= NAME_MAX or why_not_kept(said, json.dumps(said)):
        raise _refused("name", f"name the table with 1 to {NAME_MAX} characters")
    taken = _refused("name", f"there is a table {said} already: choose another name")
    if said in {one.name for one in list_tables(session, tenant_id)}:
        raise taken
    if len(list_tables(session, tenant_id)) >= TABLES_MAX:
        raise ConflictError(f"there are {TABLES_MAX} tables already: remove one first")
    with or_taken(session, taken):
        put_table(session, tenant_id, said, _checked_columns(columns), {})
    return next(one for one in list_tables(session, tenant_id) if one.name == said)


def list_tables(session: Session, tenant_id: UUID) -> list[TableView]:
    """List the tables by name, with how many rows each has."""
    counted = (
        select(LookupRow.table_id, func.count(LookupRow.id).label("rows"))
        .where(LookupRow.tenant_id == tenant_id)
        .group_by(LookupRow.table_id)
        .subquery()
    )
    found = session.execute(
        select(LookupTable, counted.c.rows)
        .outerjoin(counted, counted.c.table_id == LookupTable.id)
        .where(LookupTable.tenant_id == tenant_id)
        .order_by(func.lower(LookupTable.name))
    )
    return [_view_of(table, rows or 0) for table, rows in found]


def get_table(session: Session, tenant_id: UUID, table_id: UUID) -> TableView:
    """Give one table; raises NotFoundError."""
    row = get_owned(session, LookupTable, tenant_id, table_id, name="look-up table")
    mine = (LookupRow.tenant_id == tenant_id, LookupRow.table_id == table_id)
    return _view_of(row, session.scalar(select(func.count(LookupRow.id)).where(*mine)) or 0)


def delete_table(session: Session, tenant_id: UUID, table_id: UUID) -> TableView:
    """Remove a table with its rows.

    Raises:
        NotFoundError: there is no such table.
        TableInUseError: a rule or workflow looks something up in it.
    """
    row = get_owned(session, LookupTable, tenant_id, table_id, name="look-up table", lock=True)
    gone = get_table(session, tenant_id, table_id)
    used_by = users_of_table(session, tenant_id, row.name)
    if used_by:
        raise TableInUseError(
            f"{row.name} is used by {', '.join(used_by)}: let them use another first",
            used_by=used_by,
        )
    session.delete(row)
    session.flush()
    return gone


def users_of_table(session: Session, tenant_id: UUID, name: str) -> list[str]:
    """Name what looks something up in a table; the door to it is in `info`, for it stands above."""
    found: Users | None = session.info.get(USERS)
    return found(session, tenant_id, name) if found is not None else []


def list_rows(
    session: Session,
    tenant_id: UUID,
    table_id: UUID,
    *,
    q: str = "",
    limit: int = 50,
    after: Sequence[str] | None = None,
) -> list[RowView]:
    """List the rows by key; `q` is part of the key or of a value."""
    query = select(LookupRow).where(
        LookupRow.tenant_id == tenant_id, LookupRow.table_id == table_id
    )
    if q:
        texts = (LookupRow.key, cast(LookupRow.values, String))
        query = query.where(or_(*(text.icontains(q, autoescape=True) for text in texts)))
    if after is not None:
        query = query.where(LookupRow.key > after[0])
    rows = session.scalars(query.order_by(LookupRow.key).limit(limit))
    return [RowView(id=row.id, key=row.key, values=row.values) for row in rows]


def place_of(row: RowView) -> list[str]:
    """Give where a page that ends with this row ended, for `after`."""
    return [row.key]


def save_row(
    session: Session,
    tenant_id: UUID,
    table_id: UUID,
    *,
    key: str,
    values: Mapping[str, str],
    row_id: UUID | None = None,
) -> RowView:
    """Add a row, or change the one with that id.

    Raises:
        InvalidError: naming the cell that cannot be taken, or the key that another row has.
        ConflictError: the table is full.
    """
    table = get_table(session, tenant_id, table_id)
    checked = _checked_row(key, values, table.columns)
    if isinstance(checked, str):
        raise _refused(checked.split(":")[0], checked.partition(": ")[2])
    said, cells = checked
    mine = (LookupRow.tenant_id == tenant_id, LookupRow.table_id == table_id)
    there = session.scalar(select(LookupRow).where(*mine, LookupRow.key == said))
    taken = _refused("key", f"there is a row {said} already: change that one")
    if there is not None and there.id != row_id:
        raise taken
    if row_id is None:
        if table.rows >= ROWS_MAX:
            raise ConflictError(f"the table has {ROWS_MAX:,} rows already: remove one first")
        row = LookupRow(id=new_id(), tenant_id=tenant_id, table_id=table_id)
    else:
        row = get_owned(session, LookupRow, tenant_id, row_id, name="row", lock=True)
    with or_taken(session, taken):
        row.key, row.values = said, {**(row.values or {}), **cells}
        session.add(row)
    return RowView(id=row.id, key=row.key, values=row.values)


def delete_row(session: Session, tenant_id: UUID, table_id: UUID, row_id: UUID) -> None:
    """Remove a row; raises NotFoundError."""
    row = get_owned(session, LookupRow, tenant_id, row_id, name="row", lock=True)
    if row.table_id != table_id:
        raise NotFoundError("no such row in this table")
    session.delete(row)
    session.flush()


def import_csv(session: Session, tenant_id: UUID, table_id: UUID, content: bytes) -> int:
    """Replace a table's columns and rows by those of a CSV file; give how many rows.

    The first column is the key. All or nothing: a bad line refuses the file.

    Raises:
        InvalidError: naming line and cell.
    """
    table = get_table(session, tenant_id, table_id)
    columns, found = read_csv(content)
    put_table(session, tenant_id, table.name, columns, found)
    return len(found)


def read_csv(content: bytes) -> tuple[list[str], dict[str, dict[str, str]]]:
    """Read the columns and, by key, the rows of a table from a CSV file; raises as `import_csv`."""
    if len(content) > FILE_MAX_BYTES:
        raise _refused("file", "the file is larger than 5 MB: split the table")
    try:
        rows = sheet_rows(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _refused("file", "the file is no UTF-8 text: save it as CSV UTF-8") from None
    _, head = next(rows, (0, []))
    columns = _checked_columns(head[1:])
    found: dict[str, dict[str, str]] = {}
    for line, cells in rows:
        values = dict(zip(columns, map(unguarded, cells[1:]), strict=False))
        checked = _checked_row(unguarded(cells[0]), values, columns)
        if isinstance(checked, str):
            raise _refused("file", f"line {line}: {checked}")
        if checked[0] in found:
            raise _refused("file", f"line {line}: the key {checked[0]} is there twice")
        found[checked[0]] = checked[1]
        if len(found) > ROWS_MAX:
            raise _refused("file", f"more than {ROWS_MAX:,} rows: split the table")
    return columns, found


def export_csv(session: Session, tenant_id: UUID, table_id: UUID) -> str:
    """Write a table as CSV, the key first."""
    table = get_table(session, tenant_id, table_id)
    rows = list_rows(session, tenant_id, table_id, limit=ROWS_MAX)
    return written_csv(table.columns, {row.key: row.values for row in rows})


def written_csv(columns: Sequence[str], rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Write columns and rows by key as CSV, as `read_csv` reads them."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in ("key", *columns)])
    for key, values in rows.items():
        cells = (values.get(name, "") for name in columns)
        writer.writerow([guarded(str(cell)) for cell in (key, *cells)])
    return target.getvalue()


def _checked_columns(columns: Sequence[str]) -> list[str]:
    said = [name.strip() for name in columns if name.strip()]
    if not 0 < len(said) <= COLUMNS_MAX or len(set(said)) < len(said):
        raise _refused("columns", f"name 1 to {COLUMNS_MAX} columns beside the key, each once")
    bad = next((name for name in said if len(name) > COLUMN_MAX or "\x00" in name), None)
    if bad is not None:
        raise _refused("columns", f"{bad[:20]!r} is no column: use at most {COLUMN_MAX} characters")
    return said


def _checked_row(
    key: str, values: Mapping[str, str], columns: Sequence[str]
) -> tuple[str, dict[str, str]] | str:
    """Give key and cells as they are kept; a sentence where they cannot be."""
    said = key.strip()
    if not 0 < len(said) <= KEY_MAX or "\x00" in said:
        return f"key: a row needs a key of 1 to {KEY_MAX} characters"
    cells = {name: values[name].strip() for name in columns if name in values}
    for name, text in cells.items():
        if len(text) > CELL_MAX or "\x00" in text:
            return f"{name}: a cell has at most {CELL_MAX:,} characters"
    return said, cells


def _view_of(row: LookupTable, rows: int) -> TableView:
    return TableView(id=row.id, name=row.name, columns=tuple(row.columns), rows=rows)


def _refused(field: str, message: str) -> InvalidError:
    words = f"{field}: {message}"
    return InvalidError(words, problems=[Problem(f"/{field}", words)])
