"""Rows of one tenant in any table of Garland, made from the columns alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
)
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.types import TypeDecorator, TypeEngine

import garland.tables  # noqa: F401  completes the metadata
from kernel.db import Base, TenantOwned
from kernel.ids import new_id
from tests.factories.tenancy import NOON

OWNED: list[Mapper[Any]] = sorted(
    (one for one in Base.registry.mappers if issubclass(one.class_, TenantOwned)),
    key=lambda mapper: mapper.class_.__name__,
)
NUMBERS = itertools.count(1)
MAKERS: tuple[tuple[type[TypeEngine[Any]], Callable[[Any], Any]], ...] = (
    (Enum, lambda kind: next(iter(kind.enum_class))),
    (String, lambda kind: f"x{next(NUMBERS)}"[: kind.length]),
    (Boolean, lambda _: False),
    (BigInteger, lambda _: next(NUMBERS)),
    (Integer, lambda _: next(NUMBERS)),
    (Float, lambda _: 1.0),
    (Uuid, lambda _: new_id()),
    (JSON, lambda _: {}),
    (LargeBinary, lambda _: b""),
    (DateTime, lambda _: NOON),
    (Date, lambda _: NOON.date()),
)


class Maker:
    """Makes rows of one tenant in any table, and the rows they need to point at."""

    def __init__(self, session: Session, tenant_id: UUID) -> None:
        self.session = session
        self.tenant_id = tenant_id
        self.made: dict[str, Any] = {}

    def make(self, mapper: Mapper[Any]) -> Any:
        """Give a row of the mapper's table, made once."""
        table: Any = mapper.local_table
        if table.name not in self.made:
            facts = {
                mapper.get_property_by_column(column).key: self._value(column)
                for column in table.columns
                if self._is_needed(column, table)
            }
            self.made[table.name] = mapper.class_(**facts)
            self.session.add(self.made[table.name])
            self.session.flush()
        return self.made[table.name]

    def _is_needed(self, column: Column[Any], table: Table) -> bool:
        counts_itself = column is table.autoincrement_column and not column.foreign_keys
        return not (counts_itself or column.nullable)

    def _value(self, column: Column[Any]) -> Any:
        if column.name == "tenant_id":
            return self.tenant_id
        for key in column.foreign_keys:
            row = self.make(mapper_of(key.column.table))
            return getattr(row, key.column.key)
        kind: Any = column.type
        if isinstance(kind, TypeDecorator):
            kind = kind.impl
        return next(make(kind) for known, make in MAKERS if isinstance(kind, known))


def mapper_of(table: Any) -> Mapper[Any]:
    return next(one for one in Base.registry.mappers if one.local_table is table)


def key_of(row: Any) -> Any:
    return tuple(row.__mapper__.primary_key_from_instance(row))
