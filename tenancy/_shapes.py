"""Which shapes of statement the tenant's criterion reaches, and which it would miss.

SQLAlchemy adds the criterion to the entities it takes note of: those a SELECT selects from, joins,
or compares in its WHERE, and the first in each of its columns. Here every mention of a tenant-owned
table is compared with that: what SQLAlchemy takes no note of is refused, as is SQL written as text
and a write nested in another statement. `tests/integration/tenancy/test_guard_shapes.py` holds the
list of shapes that this was learnt from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NoReturn

from sqlalchemy import ColumnClause, Select, TableClause, TextClause
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.lambdas import LambdaElement
from sqlalchemy.sql.selectable import AliasedReturnsRows, SelectBase
from sqlalchemy.sql.util import extract_first_column_annotation, surface_expressions
from sqlalchemy.sql.visitors import HasTraverseInternals

from kernel.db import Base, TenantOwned
from kernel.errors import GarlandError

_ENTITY = "parententity"  # SQLAlchemy's annotation of what stands for a mapped class
_HARMLESS_LITERALS = frozenset({"*", "1"})  # what SQLAlchemy itself writes for count() and exists()
_NOT_RENDERED = ("_correlate", "_correlate_except", "_memoized_select_entities")


class ScopeError(GarlandError):
    """Code reached for another tenant's rows, or for tenant-owned rows without a tenant."""

    code = "tenancy.out_of_scope"
    status = 500


def refuse(reason: str) -> NoReturn:
    """Refuse a statement, saying why and where else it can be done."""
    raise ScopeError(f"{reason}: query mapped classes, or work in tenancy.scope.system")


@dataclass(slots=True)
class _Level:
    """One SELECT, or the write around them: what it names itself, and what nests in it.

    Entities are mappers, or SQLAlchemy's inspection of an `aliased()`.
    """

    noted: set[Any] = field(default_factory=set)
    named: set[Any] = field(default_factory=set)
    nested: list[ClauseElement] = field(default_factory=list)
    sources: list[ClauseElement] = field(default_factory=list)


def refuse_unfiltered(statement: ClauseElement) -> None:
    """Refuse what the criterion would miss anywhere in a statement.

    Raises:
        ScopeError: naming what was found and what to write instead.
    """
    waiting: list[tuple[ClauseElement, frozenset[Any]]] = [(statement, frozenset())]
    seen: set[tuple[int, frozenset[Any]]] = set()
    while waiting:
        element, around = waiting.pop()
        if (id(element), around) in seen:
            continue
        seen.add((id(element), around))
        if isinstance(element, UpdateBase) and element is not statement:
            refuse("a write nested in another statement cannot be confined to a tenant")
        level = _level_of(element)
        for entity in level.named - level.noted:
            if entity not in around or not _is_correlated(element, entity, level):
                _refuse_unnoted(entity)
        inner = around | level.noted
        waiting.extend((one, inner) for one in level.nested)
        waiting.extend((one, frozenset()) for one in level.sources)


def refuse_alias(write: Any) -> None:
    """Refuse to write through an alias: the criterion would be put on the table behind it.

    Raises:
        ScopeError: saying what to write to instead.
    """
    if not isinstance(write.table, TableClause):
        refuse("a write to an alias cannot be confined to a tenant")


def _level_of(element: ClauseElement) -> _Level:
    level = _Level()
    if isinstance(element, Select):
        level.noted = set(_noted_by_select(element))
        _walk(_children(element, _NOT_RENDERED), level)
    else:
        if isinstance(element, UpdateBase):
            level.noted = {_entity_of(element.table)}
        _refuse_by_hand(element)
        _walk(_children(element), level)
    return level


def _noted_by_select(select: Any) -> Iterator[Any]:
    """Give the entities SQLAlchemy adds the criterion for in this SELECT itself.

    Source: SQLAlchemy 2.1, `orm/context.py`: `_ColumnEntity._for_columns`, `_join_left_to_right`
    and `_adjust_for_extra_criteria`.
    """
    if select._propagate_attrs.get("compile_state_plugin") != "orm":
        return
    for column in select._raw_columns:
        yield extract_first_column_annotation(column, _ENTITY)
    for source in select._from_obj:
        yield _entity_of(source)
    for target, _condition, left, _flags in select._setup_joins:
        yield _joined_entity(target)
        if left is not None:
            yield _entity_of(left)
    for condition in select._where_criteria:
        for part in surface_expressions(condition):
            yield _entity_of(part)


def _joined_entity(target: Any) -> Any:
    if not isinstance(target, QueryableAttribute):
        return _entity_of(target)
    return getattr(target.comparator, "_of_type", None) or target.property.mapper


def _walk(elements: Iterable[Any], level: _Level) -> None:
    waiting = list(elements)
    while waiting:
        element = waiting.pop()
        _refuse_by_hand(element)
        if isinstance(element, QueryableAttribute):
            level.named.update(_owned((element.parent, _joined_entity(element))))
            waiting.extend(element._extra_criteria)  # noqa: SLF001  what `.and_()` added
        elif isinstance(element, SelectBase | UpdateBase):
            level.nested.append(element)
        elif isinstance(element, ColumnClause):
            _name_table(element.table, level, entity=_entity_of(element))
        elif isinstance(element, TableClause | AliasedReturnsRows):
            _name_table(element, level, entity=_entity_of(element), is_source=True)
        else:
            waiting.extend(_children(element))


def _name_table(table: Any, level: _Level, *, entity: Any, is_source: bool = False) -> None:
    """Note that a table, or an alias of something, was named, as an entity or bare."""
    if entity is not None:
        level.named.update(_owned((entity,)))
    while isinstance(table, AliasedReturnsRows):
        if not isinstance(table.element, TableClause | AliasedReturnsRows):
            level.sources.append(table.element)
            return
        table, is_source = table.element, True  # an alias of a bare table is a FROM of its own
    if entity is None and isinstance(table, TableClause):
        mapper = _owners_of_tables().get(table.name)
        if mapper is not None and is_source and _entity_of(table) is None:
            refuse(f"table {table.name!r} was named without its mapped class")
        if mapper is not None:
            level.named.add(mapper)


def _owned(entities: Iterable[Any]) -> Iterator[Any]:
    for entity in entities:
        if entity is not None and issubclass(entity.mapper.class_, TenantOwned):
            yield entity


def _is_correlated(element: Any, entity: Any, level: _Level) -> bool:
    """Tell whether the SELECT around is meant, and not a second FROM of the same table.

    SQLAlchemy correlates by itself only where another FROM remains.
    """
    if not isinstance(element, Select):
        return False
    if element._auto_correlate:  # noqa: SLF001  no public way to ask
        return any(noted is not None for noted in level.noted)
    tables = set(entity.mapper.tables) | {entity.selectable}
    excluded = element._correlate_except  # noqa: SLF001
    if excluded is not None:
        return not tables.intersection(excluded)
    return bool(tables.intersection(element._correlate))  # noqa: SLF001


def _entity_of(element: Any) -> Any:
    """Give the entity an element stands for, None where it is a table or expression as such."""
    return element._annotations.get(_ENTITY)  # noqa: SLF001  no public way to ask


def _children(element: Any, without: tuple[str, ...] = ()) -> Iterator[Any]:
    """Give what was written in an element; `Select.get_children` adds the tables it implies."""
    yield from HasTraverseInternals.get_children(element, omit_attrs=without)


def _refuse_unnoted(entity: Any) -> NoReturn:
    name = entity.mapper.class_.__name__
    refuse(
        f"{name} is used where the tenant's criterion does not reach it; select from it, join it, "
        "or put it into exists(select(…))"
    )


def _refuse_by_hand(element: Any) -> None:
    if isinstance(element, TextClause) or (
        isinstance(element, ColumnClause)
        and element.is_literal
        and element.name not in _HARMLESS_LITERALS
    ):
        refuse(f"SQL written as text ({element}) cannot be confined to a tenant")
    if isinstance(element, ExecutableDDLElement | LambdaElement):
        refuse(f"{type(element).__name__} cannot be confined to a tenant")


def _owners_of_tables() -> MappingProxyType[str, Any]:
    return _owners_among(len(Base.registry.mappers))


@lru_cache(maxsize=1)
def _owners_among(_mappers: int) -> MappingProxyType[str, Any]:
    """Give the mappers of tenant-owned tables by name; the count lets a later class be seen.

    By name, since a table of another MetaData names the same rows.
    """
    return MappingProxyType(
        {
            table.name: mapper
            for mapper in Base.registry.mappers
            if issubclass(mapper.class_, TenantOwned)
            for table in mapper.tables
            if isinstance(table, TableClause)
        }
    )
