"""What SQLite's planner is told about the sizes of tables, so that it plans as at a full one.

Without statistics SQLite takes ten rows for what an index finds, whatever it is about, and so reads
all rows of a tenant to find thirty by their keys. Statistics of a database as it is (`ANALYZE`)
would age: a fresh installation has none, and in a storm yesterday's are wrong. So every
installation gets the same, made from the indexes: plans do not change with what happens.

Source: SQLite's documentation, "The SQLite Query Optimizer Overview", on manual control of query
plans by the table `sqlite_stat1`, whose form its "Database File Format" tells.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Enum, MetaData, Table

ROWS = 1_000_000
ROWS_OF_PARTIAL = 20_000
_TENANTS, _KINDS, _VALUES = 20, 5, 1_000


def give_estimates(connection: Connection, metadata: MetaData) -> None:
    """Write the estimates for all tables that are there; on PostgreSQL, whose own keep up, nothing.

    Connections that are open do not see them before they are opened anew.
    """
    if connection.dialect.name != "sqlite":
        return
    connection.exec_driver_sql("ANALYZE sqlite_schema")  # makes the table, where it is not there
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    for table in metadata.sorted_tables:
        rows = _known_indexes(connection, table.name)
        for name, columns, is_unique, is_partial in rows:
            stat = estimate(table, columns, is_unique=is_unique, is_partial=is_partial)
            connection.exec_driver_sql(
                "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)",
                (table.name, name, stat),
            )


def estimate(
    table: Table, columns: list[str], *, is_unique: bool = False, is_partial: bool = False
) -> str:
    """Say how many rows an index has, and how many share its first column, its first two, ...

    >>> from sqlalchemy import Column, Integer, MetaData, Table, Uuid
    >>> made = Table("alarm", MetaData(), Column("id", Uuid), Column("tenant_id", Uuid))
    >>> estimate(made, ["tenant_id", "id"], is_unique=True)
    '1000000 50000 1'
    """
    rows = ROWS_OF_PARTIAL if is_partial else ROWS
    shares = (_values_of(table.columns.get(name)) for name in columns)
    left = [max(2, one) for one in accumulate(shares, lambda n, by: n // by, initial=rows)][1:]
    if is_unique:
        left[-1] = 1
    return " ".join(map(str, (rows, *left)))


def _values_of(column: Column[Any] | None) -> int:
    """Guess how many values a column has that are met equally often."""
    if column is None:
        return _VALUES
    if column.name == "tenant_id":
        return _TENANTS
    return _KINDS if isinstance(column.type, Boolean | Enum) else _VALUES


def _known_indexes(connection: Connection, table: str) -> list[tuple[str, list[str], bool, bool]]:
    """List a table's indexes: their names, columns, whether unique, whether of some rows only."""
    found = []
    listed = connection.exec_driver_sql(f'PRAGMA index_list("{table}")').all()
    for _, name, is_unique, _, is_partial in listed:
        parts = connection.exec_driver_sql(f'PRAGMA index_info("{name}")').all()
        found.append((name, [part[2] or "" for part in parts], bool(is_unique), bool(is_partial)))
    return found
