"""Where tenants' secrets lie sealed: found by the names of columns, so a new one is not forgotten.

A column that is called `sealed`, or ends so, holds sealed texts. A document whose column says
`info={SEALS: True}` holds them under names that end in `_sealed`. What belongs to no tenant, as
people and mails do not, is sealed by the installation's own keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, String, Text, and_, cast
from sqlalchemy.orm import InstrumentedAttribute

from kernel.db import Base, TenantOwned
from tenancy.keys._tables import DataKey

SEALS = "seals"
SEALED = "sealed"
"""In the `info` of a column of another name that is sealed as a whole, or empty."""
_OLD = "gAAAA"  # how Fernet's tokens begin: version and the first bytes of a date (its spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One column that holds what is sealed."""

    entity: Any
    column: str
    is_document: bool

    @property
    def name(self) -> str:
        """Its name for people who look into the database."""
        return f"{self.entity.__tablename__}.{self.column}"

    @property
    def attribute(self) -> InstrumentedAttribute[Any]:
        """The column, for queries."""
        found: InstrumentedAttribute[Any] = getattr(self.entity, self.column)
        return found

    @property
    def key(self) -> InstrumentedAttribute[Any]:
        """The column that names a row."""
        (key,) = self.entity.__table__.primary_key.columns
        found: InstrumentedAttribute[Any] = getattr(self.entity, key.key)
        return found

    def lacks(self, prefix: str) -> ColumnElement[bool]:
        """Ask for rows in which something may be sealed by another key than one with a prefix."""
        if self.is_document:
            return cast(self.attribute, Text).contains('_sealed"')
        return and_(self.attribute.is_not(None), ~self.attribute.startswith(prefix))

    def is_old(self) -> ColumnElement[bool]:
        """Ask for rows in which something is sealed by the installation's keys."""
        if self.is_document:
            return cast(self.attribute, Text).contains(f'_sealed": "{_OLD}')
        starts: ColumnElement[bool] = self.attribute.startswith(_OLD)
        return starts


@cache
def places() -> tuple[Place, ...]:
    """Give every place, by table and column."""
    owned: Iterator[Any] = (
        one.class_ for one in Base.registry.mappers if issubclass(one.class_, TenantOwned)
    )
    found = [
        Place(entity=entity, column=column.key, is_document=SEALS in column.info)
        for entity in owned
        if entity is not DataKey
        for column in entity.__table__.columns
        if _is_sealed(column) or SEALS in column.info
    ]
    return tuple(sorted(found, key=lambda one: one.name))


@cache
def common_places() -> tuple[InstrumentedAttribute[str], ...]:
    """Give the columns that the installation's own keys seal, by class and column."""
    found = [
        (mapper.class_.__name__, column.key, getattr(mapper.class_, column.key))
        for mapper in Base.registry.mappers
        if not issubclass(mapper.class_, TenantOwned)
        for column in mapper.local_table.columns
        if _is_sealed(column) or SEALED in column.info
    ]
    return tuple(attribute for _, _, attribute in sorted(found, key=lambda one: one[:2]))


def _is_sealed(column: ColumnElement[Any]) -> bool:
    return str(column.key).endswith("sealed") and isinstance(column.type, String)


def renewed(value: Any, renew: Callable[[str], str]) -> Any:
    """Give what a place holds with every sealed text in it renewed.

    >>> renewed({"a": 1, "users": [{"auth_sealed": "x"}]}, str.upper)
    {'a': 1, 'users': [{'auth_sealed': 'X'}]}
    """
    if isinstance(value, str):
        return renew(value)
    if isinstance(value, list):
        return [renewed(one, renew) if not isinstance(one, str) else one for one in value]
    if not isinstance(value, dict):
        return value
    return {name: renewed(one, renew) if _holds(name, one) else one for name, one in value.items()}


def _holds(name: str, value: Any) -> bool:
    return isinstance(value, dict | list) or (name.endswith("_sealed") and bool(value))
