"""Many rows of one table written at once, at little more than what the driver costs.

SQLAlchemy puts the parameters of every row together anew, which takes longer than writing it. Here
the statement and what makes its columns storable are worked out once for a table, and each row
only passes its values through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Dialect, Table, bindparam, insert, update

_Store = Callable[[Any], Any]
_KEY = "key__"  # before the parameter that names a row: no column is called so
_KEPT = 256  # statements: as many as tables, times the ways their rows are written


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement as the driver takes it: its parameters, their columns, how each is stored."""

    text: str
    parameters: tuple[str, ...]
    columns: tuple[tuple[str, _Store | None], ...]
    is_positional: bool

    def written(self, row: Mapping[str, Any]) -> Any:
        """Give a row's values as the driver takes them."""
        values = [store(row[name]) if store else row[name] for name, store in self.columns]
        if self.is_positional:
            return tuple(values)
        return dict(zip(self.parameters, values, strict=True))


def insert_rows(connection: Connection, model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write new rows that all have the same columns, those with a default in Python included.

    Raises:
        KeyError: a row lacks a column that the first one has.
        ValueError: a column is left out that only Python knows a default of.
    """
    if rows:
        _execute(connection, _insert_of(model, frozenset(rows[0]), connection.dialect), rows)


def update_rows(
    connection: Connection, model: Any, rows: Iterable[Mapping[str, Any]], *, also: str = ""
) -> None:
    """Write what changed of rows, each named by its primary key; no row where there is none.

    Rows of like columns that follow each other are written together. O(n).

    Args:
        connection: The transaction.
        model: The mapped class.
        rows: Of each the primary key and the columns that changed.
        also: A column that names a row besides its key, given with each of them.
    """
    for names, alike in groupby(rows, key=frozenset):
        _execute(connection, _update_of(model, names, also, connection.dialect), list(alike))


def _execute(
    connection: Connection, statement: _Statement, rows: Sequence[Mapping[str, Any]]
) -> None:
    connection.exec_driver_sql(statement.text, [statement.written(row) for row in rows])


@lru_cache(_KEPT)
def _insert_of(model: Any, names: frozenset[str], dialect: Dialect) -> _Statement:
    table = _table_of(model)
    for column in table.columns:
        if column.default is not None and column.key not in names:
            raise ValueError(f"give {table.name}.{column.key}: the database has no default of it")
    ordered = [column.key for column in table.columns if column.key in names]
    return _statement(insert(table).compile(dialect=dialect, column_keys=ordered), table, ordered)


@lru_cache(_KEPT)
def _update_of(model: Any, names: frozenset[str], also: str, dialect: Dialect) -> _Statement:
    table = _table_of(model)
    keys = [one for one in table.columns if one.primary_key or one.key == also]
    ordered = [one.key for one in table.columns if one.key in names and one not in keys]
    wanted = update(table).where(*(one == bindparam(_KEY + one.key) for one in keys))
    compiled = wanted.compile(dialect=dialect, column_keys=ordered)
    return _statement(compiled, table, [*ordered, *(_KEY + one.key for one in keys)])


def _table_of(model: Any) -> Table:
    table: Table = model.__table__
    return table


def _statement(compiled: Any, table: Table, parameters: Sequence[str]) -> _Statement:
    positions = getattr(compiled, "positiontup", None)
    ordered = tuple(positions or parameters)
    names = [one.removeprefix(_KEY) for one in ordered]
    return _Statement(
        text=str(compiled),
        parameters=ordered,
        columns=tuple((name, _store_of(table, name, compiled.dialect)) for name in names),
        is_positional=positions is not None,
    )


def _store_of(table: Table, name: str, dialect: Dialect) -> _Store | None:
    store: _Store | None = table.columns[name].type.dialect_impl(dialect).bind_processor(dialect)
    return store
