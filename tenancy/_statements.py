"""What a statement may look like inside one tenant's scope, and the criterion it is given.

SQLAlchemy adds the criterion wherever a mapped entity occurs. What it cannot see, a bare table
or SQL written as text, is refused here instead, so that nothing passes unfiltered. Reads are
judged when SQLAlchemy compiles them, hence once per shape of statement and not once per use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import BindParameter, ColumnClause, Select, TableClause, TextClause, false
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import Alias, AliasedReturnsRows
from sqlalchemy.sql.visitors import HasTraverseInternals
from typing_extensions import override

from kernel.db import Base, TenantOwned
from kernel.errors import GarlandError

_HARMLESS_LITERALS = frozenset({"*", "1"})  # what SQLAlchemy itself writes for count() and exists()
BY_KEY = "garland_by_key"  # marks the SELECT that Session.get writes, with bare key columns
_ENTITY = "parententity"  # the annotation of what stands for a mapped class


class ScopeError(GarlandError):
    """Code reached for another tenant's rows, or for tenant-owned rows without a tenant."""

    code = "tenancy.out_of_scope"
    status = 500


class _Criterion(LoaderCriteriaOption):
    """`tenant_id = …` for every tenant-owned entity; refuses what the criterion would miss."""

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # noqa: SLF001  its cache key

    @override
    def process_compile_state(self, compile_state: Any) -> None:
        selecting = getattr(compile_state, "select_statement", None)
        # Everything but a SELECT was judged before; what SQLAlchemy writes itself to load a
        # relationship or an expired row names bare tables, joined to entities it does filter.
        if isinstance(selecting, Select) and not _is_written_by_loader(selecting):
            refuse_unfiltered(selecting)
        super().process_compile_state(compile_state)


class _NoTenant(_Criterion):
    """Refuses tenant-owned entities; should SQLAlchemy ever not ask, the criterion is false."""

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # noqa: SLF001  its cache key

    @override
    def _resolve_where_criteria(self, ext_info: Any) -> NoReturn:
        refuse_unbound(ext_info.mapper.class_.__name__)


_NO_TENANT = _NoTenant(
    TenantOwned, lambda _entity: false(), include_aliases=True, propagate_to_loaders=True
)


@lru_cache(maxsize=4096)
def _criterion_of(tenant_id: UUID) -> _Criterion:
    return _Criterion(
        TenantOwned,
        lambda entity: entity.tenant_id == tenant_id,
        include_aliases=True,
        propagate_to_loaders=True,  # joined eager loads are reached no other way
    )


@lru_cache(maxsize=4096)
def _loading_criterion_of(tenant_id: UUID) -> LoaderCriteriaOption:
    return LoaderCriteriaOption(
        TenantOwned,
        lambda entity: entity.tenant_id == tenant_id,
        include_aliases=True,
        propagate_to_loaders=True,
    )


def confine(state: ORMExecuteState, tenant_id: UUID | None) -> None:
    """Give a statement the tenant's criterion, or refuse it; None means nobody is bound.

    Raises:
        ScopeError: when the statement could reach rows outside the scope.
    """
    statement: Any = state.statement
    if not (state.is_orm_statement and isinstance(statement, Select)):
        refuse_unfiltered(statement)
        _refuse_foreign_write(state, tenant_id)
    if tenant_id is None:
        option: LoaderCriteriaOption = _NO_TENANT
    elif state.execution_options.get(BY_KEY):
        option = _loading_criterion_of(tenant_id)
    else:
        option = _criterion_of(tenant_id)
    state.statement = statement.options(option)


def refuse_unbound(what: str) -> NoReturn:
    """Say that no tenant is bound."""
    raise ScopeError(
        f"{what} belongs to a tenant, and this session is bound to none: "
        "call tenancy.scope.bind, as_tenant or system first"
    )


def refuse_unfiltered(statement: ClauseElement) -> None:
    """Refuse tables of tenants that come without their entity, nested writes, and SQL as text.

    Raises:
        ScopeError: naming what was found and what to write instead.
    """
    for element in _parts_of(statement):
        if isinstance(element, TextClause) or _is_written_by_hand(element):
            _refuse(f"SQL written as text ({element}) cannot be confined to a tenant")
        if isinstance(element, ExecutableDDLElement):
            _refuse("a change of the schema cannot be confined to a tenant")
        if isinstance(element, UpdateBase) and element is not statement:
            _refuse("a write nested in another statement cannot be confined to a tenant")
        table = _bare_table(element)
        if table in _owned_table_names():
            _refuse(f"table {table!r} was named without its mapped class")


def _parts_of(statement: ClauseElement) -> Iterator[ClauseElement]:
    """Walk what was written, not what follows from it: tables of entities' columns stay out."""
    waiting = [statement]
    while waiting:
        element = waiting.pop()
        yield element
        if not isinstance(element, TableClause | ColumnClause) and not _is_entity_alias(element):
            children: Any = HasTraverseInternals.get_children(element)
            waiting.extend(children)


def _is_entity_alias(element: ClauseElement) -> bool:
    return (
        isinstance(element, Alias)
        and isinstance(element.element, TableClause)
        and _ENTITY in element._annotations  # noqa: SLF001  no public way to ask
    )


def _bare_table(element: Any) -> str | None:
    """Give the name of the table an element names, unless it stands for a mapped class."""
    if _ENTITY in element._annotations:  # noqa: SLF001  no public way to ask
        return None
    if isinstance(element, ColumnClause):
        element = element.table
        while isinstance(element, AliasedReturnsRows):
            element = element.element
    return element.name if isinstance(element, TableClause) else None


def _refuse_foreign_write(state: ORMExecuteState, tenant_id: UUID | None) -> None:
    """Refuse to insert for another tenant, to hand rows over, and writes no criterion reaches."""
    statement: Any = state.statement
    mapper = state.bind_mapper
    writes = state.is_insert or state.is_update or state.is_delete
    if not writes or mapper is None or not issubclass(mapper.class_, TenantOwned):
        return
    if tenant_id is None:
        refuse_unbound(mapper.class_.__name__)
    if "dml_strategy" in state.execution_options:
        _refuse("a write with dml_strategy skips the criterion")
    if state.is_update and isinstance(state.parameters, list):
        _refuse("an UPDATE by a list of keys skips the criterion")
    if state.is_insert and (statement.select is not None or _may_overwrite(statement)):
        _refuse("INSERT from a SELECT, or over rows found by a key without tenant_id")
    if not state.is_delete:
        _refuse_other_owners(state, mapper.class_.__name__, tenant_id)


def _refuse_other_owners(state: ORMExecuteState, name: str, tenant_id: UUID | None) -> None:
    for owner in _owners_written(state.statement, state.parameters):
        if owner != tenant_id and (state.is_insert or owner is not None):
            raise ScopeError(
                f"write {name} rows with the tenant_id of this session", bound_to=str(tenant_id)
            )


def _may_overwrite(insert: Any) -> bool:
    """Tell whether ON CONFLICT DO UPDATE could change a row that is another tenant's."""
    clause = insert._post_values_clause  # noqa: SLF001  what dialects put after VALUES
    if clause is None or clause.__visit_name__ == "on_conflict_do_nothing":
        return False
    keys = getattr(clause, "inferred_target_elements", None) or ()
    return "tenant_id" not in {getattr(key, "name", key) for key in keys}


def _owners_written(statement: Any, parameters: Any) -> Iterator[Any]:
    """Give the tenant each row is written with, None where it isn't said."""
    shared = dict(statement._values or {})  # noqa: SLF001  no public way to ask
    several = [row for rows in statement._multi_values for row in rows]  # noqa: SLF001
    if isinstance(parameters, Mapping):
        several.append(parameters)
    elif parameters:
        several.extend(parameters)
    for row in several or [{}]:
        yield _owner_in({**shared, **row})


def _owner_in(row: Mapping[Any, Any]) -> Any:
    for key, value in row.items():
        if getattr(key, "key", key) == "tenant_id":
            if isinstance(value, BindParameter):
                return value.effective_value
            return "an expression" if isinstance(value, ClauseElement) else value
    return None


def _is_written_by_loader(statement: Any) -> bool:
    written_for = statement._compile_options  # noqa: SLF001  no public way to ask
    return written_for._for_refresh_state or not written_for._current_path.is_root  # noqa: SLF001


def _refuse(reason: str) -> NoReturn:
    raise ScopeError(f"{reason}: query mapped classes, or work in tenancy.scope.system")


def _is_written_by_hand(element: Any) -> bool:
    return (
        isinstance(element, ColumnClause)
        and element.is_literal
        and element.name not in _HARMLESS_LITERALS
    )


def _owned_table_names() -> frozenset[str]:
    return _names_of_owned(len(Base.registry.mappers))


@lru_cache(maxsize=1)
def _names_of_owned(_mappers: int) -> frozenset[str]:
    """Give the tenant-owned tables by name; the count makes a class mapped later be seen."""
    return frozenset(
        str(getattr(table, "name", ""))
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, TenantOwned)
        for table in mapper.tables
    )
