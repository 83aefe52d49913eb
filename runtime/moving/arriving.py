"""Numbers for what is brought in: those that it had where they are free, else newer ones.

Whatever counts on goes on above both, so that no number that a document remembers is given again.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, func, select, text

from kernel.db import Base
from runtime.moving.handling import COUNTERS
from runtime.moving.numbers import Span, Spans, start_of

MARGIN = 10_000
"""Numbers left to others on PostgreSQL, who take some while these are set aside."""


def starts_of(connection: Connection, spans: Spans) -> dict[str, int]:
    """Set numbers aside for an organisation; give where those of each counter begin."""
    return {name: _start(connection, name, span) for name, span in spans.items()}


def advance_counters(connection: Connection, spans: Spans, starts: Mapping[str, int]) -> None:
    """Let each counter go on above what was brought in, on SQLite; elsewhere that is done."""
    if connection.dialect.name != "sqlite":
        return
    for name, span in spans.items():
        newest = _newest_needed(span, starts[name])
        moved = text("UPDATE sqlite_sequence SET seq = max(seq, :newest) WHERE name = :name")
        connection.execute(moved, {"newest": newest, "name": name})


def _start(connection: Connection, name: str, span: Span) -> int:
    table = Base.metadata.tables[name]
    number = table.c[COUNTERS[name]]
    inside = select(number).where(number.between(span.first, span.last)).limit(1)
    taken = connection.execute(inside).first() is not None
    if connection.dialect.name == "sqlite":
        newest = connection.execute(select(func.max(number))).scalar() or 0
        return start_of(span, taken_between=taken, newest=newest)
    return _set_aside(connection, table, span, taken=taken)


def _set_aside(connection: Connection, table: Table, span: Span, *, taken: bool) -> int:
    """Move PostgreSQL's sequence past the numbers; it is outside any transaction."""
    column = COUNTERS[table.name]
    named = func.pg_get_serial_sequence(table.name, column)
    newest = connection.execute(select(func.nextval(named))).scalar_one()
    start = start_of(span, taken_between=taken, newest=newest + MARGIN)
    last = max(_newest_needed(span, start), newest)
    connection.execute(select(func.setval(named, last)))
    return start


def _newest_needed(span: Span, start: int) -> int:
    return max(start + span.length, span.last)
