"""Which shapes of statement the tenant's criterion reaches, and which it would miss.

SQLAlchemy adds the criterion wherever a mapped entity occurs. What it cannot see is refused here:
SQL written as text, tables named without their class, writes nested in other statements, and
columns that pull a table in which no entity of the same SELECT stands for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any, NoReturn

from sqlalchemy import ColumnClause, Select, TableClause, TextClause
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import AliasedReturnsRows, SelectBase
from sqlalchemy.sql.visitors import HasTraverseInternals

from kernel.db import Base, TenantOwned
from kernel.errors import GarlandError

_HARMLESS_LITERALS = frozenset({"*", "1"})  # what SQLAlchemy itself writes for count() and exists()


class ScopeError(GarlandError):
    """Code reached for another tenant's rows, or for tenant-owned rows without a tenant."""

    code = "tenancy.out_of_scope"
    status = 500


def refuse(reason: str) -> NoReturn:
    """Refuse a statement, saying why and where else it can be done."""
    raise ScopeError(f"{reason}: query mapped classes, or work in tenancy.scope.system")


@dataclass(slots=True)
class _Level:
    """One SELECT, or the statement around them: what it names, without what nests in it."""

    announced: set[str] = field(default_factory=set)  # tables an entity stands for
    bare: set[str] = field(default_factory=set)  # tables only a column names
    correlated: list[ClauseElement] = field(default_factory=list)
    separate: list[ClauseElement] = field(default_factory=list)


def refuse_unfiltered(statement: ClauseElement) -> None:
    """Refuse what the criterion would miss anywhere in a statement.

    Raises:
        ScopeError: naming what was found and what to write instead.
    """
    waiting: list[tuple[ClauseElement, frozenset[str]]] = [(statement, frozenset())]
    seen: set[int] = set()
    while waiting:
        element, around = waiting.pop()
        if isinstance(element, UpdateBase) and element is not statement:
            refuse("a write nested in another statement cannot be confined to a tenant")
        level = _level_of(element)
        for name in (level.bare - level.announced) & owned_table_names():
            if name not in around or not _is_correlated(element, name, level):
                refuse(f"a column of {name!r} was named without its mapped class")
        inner = around | level.announced
        for nested, known in chain(
            ((one, inner) for one in level.correlated),
            ((one, frozenset[str]()) for one in level.separate),
        ):
            if id(nested) not in seen or known:
                seen.add(id(nested))
                waiting.append((nested, known))


def owned_table_names() -> frozenset[str]:
    """Give the names of the tenant-owned tables known so far."""
    return _names_of_owned(len(Base.registry.mappers))


@lru_cache(maxsize=1)
def _names_of_owned(_mappers: int) -> frozenset[str]:
    """Collect the names; the count makes a class mapped later be seen."""
    return frozenset(
        table.name
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, TenantOwned)
        for table in mapper.tables
        if isinstance(table, TableClause)
    )


def _level_of(element: ClauseElement) -> _Level:
    level = _Level()
    if not isinstance(element, Select):
        _walk(_children(element), level, announces=True)
        return level
    sources = [*element._raw_columns, *element._from_obj, *element._where_criteria]  # noqa: SLF001
    for target, condition, left, _flags in element._setup_joins:  # noqa: SLF001
        sources.extend(one for one in (target, left) if one is not None)
        if condition is not None:
            _walk([condition], level, announces=False)
    _walk(sources, level, announces=True)
    rest = HasTraverseInternals.get_children(
        element,
        omit_attrs=(
            *("_raw_columns", "_from_obj", "_where_criteria", "_setup_joins"),
            *("_correlate", "_correlate_except"),
        ),
    )
    _walk(rest, level, announces=False)
    return level


def _walk(elements: Iterable[Any], level: _Level, *, announces: bool) -> None:
    waiting = list(elements)
    while waiting:
        element = waiting.pop()
        _refuse_by_hand(element)
        if isinstance(element, QueryableAttribute):
            _enter_relationship(element, level, waiting)
        elif isinstance(element, SelectBase | UpdateBase):
            level.correlated.append(element)
        elif isinstance(element, AliasedReturnsRows):
            _enter_alias(element, level)
        elif isinstance(element, TableClause | ColumnClause):
            _enter_name(element, level, announces=announces)
        else:
            waiting.extend(_children(element))


def _enter_relationship(
    attribute: QueryableAttribute[Any], level: _Level, waiting: list[Any]
) -> None:
    """Take a relationship that is joined along: SQLAlchemy filters its target."""
    if not hasattr(attribute.property, "mapper"):
        waiting.append(attribute.__clause_element__())
        return
    for mapper in (attribute.property.mapper, attribute.property.parent):
        level.announced.update(table.name for table in mapper.tables)
    waiting.extend(attribute._extra_criteria)  # noqa: SLF001  what `.and_()` added


def _enter_alias(alias: AliasedReturnsRows, level: _Level) -> None:
    inner = alias.element
    while isinstance(inner, AliasedReturnsRows):
        inner = inner.element
    if not isinstance(inner, TableClause):
        level.separate.append(inner)
    elif not is_entity(alias) and not is_entity(inner):
        _refuse_table(inner)


def _enter_name(
    element: TableClause | ColumnClause[Any], level: _Level, *, announces: bool
) -> None:
    table: Any = element.table if isinstance(element, ColumnClause) else element
    if isinstance(table, AliasedReturnsRows):
        if not is_entity(element) or not isinstance(table.element, TableClause):
            _enter_alias(table, level)
    elif not isinstance(table, TableClause):
        return
    elif is_entity(element):
        if announces:
            level.announced.add(table.name)
    elif table is element:
        _refuse_table(table)
    else:
        level.bare.add(table.name)


def _is_correlated(element: ClauseElement, name: str, level: _Level) -> bool:
    """Tell whether a table of the SELECT around is meant, and not a second one of that name.

    SQLAlchemy correlates by itself only where another FROM remains.
    """
    if not isinstance(element, Select):
        return False
    named = {table.name for table in element._correlate if isinstance(table, TableClause)}  # noqa: SLF001
    if element._auto_correlate:  # noqa: SLF001  no public way to ask
        return bool(level.announced)
    if element._correlate_except is None:  # noqa: SLF001
        return name in named
    excluded = element._correlate_except  # noqa: SLF001
    return name not in {table.name for table in excluded if isinstance(table, TableClause)}


def is_entity(element: Any) -> bool:
    """Tell whether an element stands for a mapped class, which the criterion reaches."""
    return "parententity" in element._annotations  # noqa: SLF001  no public way to ask


def _refuse_table(table: TableClause) -> None:
    if table.name in owned_table_names():
        refuse(f"table {table.name!r} was named without its mapped class")


def _refuse_by_hand(element: Any) -> None:
    if isinstance(element, TextClause):
        refuse(f"SQL written as text ({element}) cannot be confined to a tenant")
    if isinstance(element, ColumnClause) and element.is_literal:
        if element.name not in _HARMLESS_LITERALS:
            refuse(f"SQL written as text ({element}) cannot be confined to a tenant")
    if isinstance(element, ExecutableDDLElement):
        refuse("a change of the schema cannot be confined to a tenant")


def _children(element: Any) -> Iterator[Any]:
    yield from HasTraverseInternals.get_children(element)


def refuse_other_entities(write: Any) -> None:
    """Refuse tenant-owned entities beside the one written: UPDATE … FROM, DELETE … USING.

    Raises:
        ScopeError: the criterion reaches the target alone; `exists(select(…))` is filtered.
    """
    if not isinstance(write.table, TableClause):
        refuse("a write to an alias cannot be confined to a tenant")
    target = write.table._annotations.get("parententity")  # noqa: SLF001
    waiting = list(_children(write))
    while waiting:
        element = waiting.pop()
        if isinstance(element, SelectBase):
            continue
        entity = element._annotations.get("parententity")  # noqa: SLF001
        if entity is not None and entity is not target:
            if issubclass(entity.mapper.class_, TenantOwned):
                refuse("a second tenant-owned class in a write needs exists(select(…))")
        if not isinstance(element, TableClause | ColumnClause):
            waiting.extend(_children(element))
