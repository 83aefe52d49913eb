"""Compiled statements that outlive a test's database."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

KEPT_MAX = 3_000


def share_compiled_statements() -> None:
    """Let the engines of this process keep their compiled statements in one place.

    SQLAlchemy keeps them for each engine, by its dialect: with a database for each test, a third
    of the suite's time went into compiling the same statements anew. Dialects of one kind speak
    to one kind of server here, so they may count as equal.
    """
    kept: LRUCache[object, object] = LRUCache(KEPT_MAX)

    def use_kept(connection: Connection) -> None:
        connection.execution_options(compiled_cache=kept)

    event.listen(Engine, "engine_connect", use_kept)
    DefaultDialect.__eq__ = _are_of_one_kind  # type: ignore[method-assign, assignment]
    DefaultDialect.__hash__ = _kind  # type: ignore[method-assign, assignment]


def _are_of_one_kind(dialect: DefaultDialect, other: object) -> bool:
    return type(dialect) is type(other)


def _kind(dialect: DefaultDialect) -> int:
    return hash(type(dialect))
