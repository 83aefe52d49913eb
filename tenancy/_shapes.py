"""Which shapes of statement the tenant's criterion reaches, and which it would miss.

SQLAlchemy adds the criterion to the entities it takes note of: those a SELECT selects from, joins,
or compares in its WHERE, and the first in each of its columns. Here every mention of a tenant-owned
table is compared with that: what SQLAlchemy takes no note of is refused, as is SQL written as text
and a write nested in another statement. `tests/integration/tenancy/test_guard_shapes.py` holds the
list of shapes that this was learnt from.
"""

# ruff: noqa: SLF001  SQLAlchemy has no public way to ask what a statement is made of

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NoReturn

from sqlalchemy import ColumnClause, Select, TableClause, TextClause, inspect
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.lambdas import LambdaElement
from sqlalchemy.sql.selectable import AliasedReturnsRows, SelectBase
from sqlalchemy.sql.util import extract_first_column_annotation, surface_expressions
from sqlalchemy.sql.visitors import HasTraverseInternals

from kernel.db import TenantOwned
from kernel.errors import GarlandError

_ENTITY = "parententity"  # SQLAlchemy's annotation of what stands for a mapped class
_HARMLESS_LITERALS = frozenset({"*", "1"})  # what SQLAlchemy itself writes for count() and exists()
_NOT_RENDERED = ("_correlate", "_correlate_except", "_memoized_select_entities", "_setup_joins")


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

    `noted` and `named` hold tables and aliases; SQLAlchemy's annotated copies equal the originals.
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
        for source in level.named - level.noted:
            if source not in around or not _is_correlated(element, source, level):
                _refuse_unnoted(source)
        inner = around | level.noted
        waiting.extend((one, inner) for one in level.nested)
        waiting.extend((one, frozenset()) for one in level.sources)


def _level_of(element: Any) -> _Level:
    level = _Level()
    if isinstance(element, Select):
        level.noted = {entity.selectable for entity in _noted_by_select(element) if entity}
        for target, condition, left, _flags in element._setup_joins:
            _walk((one for one in (target, condition, left) if one is not None), level)
        _walk(_children(element, _NOT_RENDERED), level)
        return level
    if isinstance(element, UpdateBase):
        level.noted = {element.table} if _entity_of(element.table) else set()
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
        yield extract_first_column_annotation(column, _ENTITY)  # type: ignore[no-untyped-call]
    for source in select._from_obj:
        yield _entity_of(source)
    for target, _condition, left, _flags in select._setup_joins:
        yield _joined_entity(target)
        if left is not None:
            yield _entity_of(left)
    for condition in select._where_criteria:
        for part in surface_expressions(condition):  # type: ignore[no-untyped-call]
            yield _entity_of(part)


def _joined_entity(target: Any) -> Any:
    if not isinstance(target, QueryableAttribute):
        return _entity_of(target)
    narrowed = getattr(target.comparator, "_of_type", None)  # what `.of_type()` said
    return inspect(narrowed) if narrowed is not None else target.property.mapper


def _walk(elements: Iterable[Any], level: _Level) -> None:
    waiting = list(elements)
    while waiting:
        element = waiting.pop()
        _refuse_by_hand(element)
        if isinstance(element, QueryableAttribute):  # a relationship that is joined along
            _name_entity(element.parent, level)
            waiting.extend(element._extra_criteria)
        elif isinstance(element, SelectBase | UpdateBase):
            level.nested.append(element)
        elif isinstance(element, ColumnClause):
            _name_entity(_entity_of(element), level)
            _name_table_of(element, level)
        elif isinstance(element, TableClause | AliasedReturnsRows):
            _name_entity(_entity_of(element), level)
            _name_source(element, level)
        else:
            waiting.extend(_children(element))


def _name_entity(entity: Any, level: _Level) -> None:
    if entity is not None and issubclass(entity.mapper.class_, TenantOwned):
        level.named.add(entity.selectable)


def _name_table_of(column: ColumnClause[Any], level: _Level) -> None:
    """Note what a column makes its SELECT select from, though nobody wrote it there."""
    table, behind = column.table, _behind(column.table)
    if not isinstance(behind, TableClause):
        level.sources.extend([behind] if behind is not None else [])
    elif behind.name in _owned_table_names() and _entity_of(column) is None:
        level.named.add(table)


def _name_source(source: Any, level: _Level) -> None:
    behind = _behind(source)
    if not isinstance(behind, TableClause):
        level.sources.append(behind)
    elif behind.name in _owned_table_names() and not (_entity_of(source) or _entity_of(behind)):
        refuse(f"table {behind.name!r} was named without its mapped class")


def _behind(source: Any) -> Any:
    while isinstance(source, AliasedReturnsRows):
        source = source.element
    return source


def _is_correlated(element: Any, source: Any, level: _Level) -> bool:
    """Tell whether the SELECT around is meant, and not a second FROM of the same table.

    SQLAlchemy correlates by itself only where another FROM remains.
    """
    if not isinstance(element, Select):
        return False
    if element._auto_correlate:
        return bool(level.noted)
    excluded = element._correlate_except
    return source in element._correlate if excluded is None else source not in excluded


def _entity_of(element: Any) -> Any:
    """Give the entity an element stands for, None where it is a table or expression as such."""
    return element._annotations.get(_ENTITY)


def _children(element: Any, without: tuple[str, ...] = ()) -> Iterator[Any]:
    """Give what was written in an element; `Select.get_children` adds the tables it implies."""
    yield from HasTraverseInternals.get_children(element, omit_attrs=without)


def _refuse_unnoted(source: Any) -> NoReturn:
    name = getattr(_behind(source), "name", source)
    refuse(
        f"{name!r} is used where the tenant's criterion does not reach it: select from its class, "
        "join it, or put it into exists(select(…))"
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


def _owned_table_names() -> frozenset[str]:
    return _names_of_tables(tuple(TenantOwned.__subclasses__()))


@lru_cache(maxsize=8)
def _names_of_tables(classes: tuple[type[TenantOwned], ...]) -> frozenset[str]:
    """Give the names of tenant-owned tables: a table of another MetaData holds the same rows."""
    return frozenset(
        table.name
        for one in classes
        for mapper in inspect(one).self_and_descendants
        for table in mapper.tables
    )
