"""The criterion every statement of a bound session is given, and what writes must obey.

Reads are judged when SQLAlchemy compiles them, hence once per shape of statement and not once
per use; writes are judged each time, because what they may write depends on values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, Uuid, bindparam
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState
from sqlalchemy.sql.elements import ClauseElement
from typing_extensions import override

from kernel.db import TenantOwned
from tenancy._shapes import ScopeError, refuse, refuse_unfiltered

BY_KEY = "garland_by_key"  # marks the SELECT that Session.get writes, with bare key columns


class _Filter(LoaderCriteriaOption):
    """`tenant_id = …` for every tenant-owned entity of a statement and of what it loads later.

    A lambda given to `with_loader_criteria` would do; but SQLAlchemy annotates the parameter of
    that, and then compares annotated parameters by building SQL, at a third of a statement's cost.
    """

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # noqa: SLF001  its cache key

    def __init__(self, tenant_id: UUID | None) -> None:
        owner: Any = bindparam(None, tenant_id, Uuid(), unique=True)
        super().__init__(TenantOwned, owner, include_aliases=True)

    @override
    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        is_own: ColumnElement[bool] = ext_info.entity.tenant_id == self.where_criteria
        return is_own


class _Criterion(_Filter):
    """The same, for what Garland wrote: refuses the shapes that the criterion would miss."""

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
    """Refuses tenant-owned entities."""

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # noqa: SLF001  its cache key

    @override
    def _resolve_where_criteria(self, ext_info: Any) -> NoReturn:
        refuse_unbound(ext_info.mapper.class_.__name__)


_NO_TENANT = _NoTenant(None)
_criterion_of = lru_cache(maxsize=4096)(_Criterion)
_filter_of = lru_cache(maxsize=4096)(_Filter)


def confine(state: ORMExecuteState, tenant_id: UUID | None) -> None:
    """Give a statement the tenant's criterion, or refuse it; None means nobody is bound.

    Raises:
        ScopeError: when the statement could reach rows outside the scope.
    """
    statement: Any = state.statement
    if not (state.is_orm_statement and isinstance(statement, Select)):
        refuse_unfiltered(statement)
        _refuse_foreign_write(state, tenant_id)
    elif state.is_column_load:
        statement = _confine_refresh(state, tenant_id)
    if tenant_id is None:
        option: _Filter = _NO_TENANT
    elif BY_KEY in state.execution_options:
        option = _filter_of(tenant_id)
    else:
        option = _criterion_of(tenant_id)
    state.statement = statement.options(option)


def refuse_unbound(what: str) -> NoReturn:
    """Say that no tenant is bound."""
    raise ScopeError(
        f"{what} belongs to a tenant, and this session is bound to none: "
        "call tenancy.scope.bind, as_tenant or system first"
    )


def _confine_refresh(state: ORMExecuteState, tenant_id: UUID | None) -> Any:
    """Write the criterion into the SELECT that refreshes a row, where options have no effect."""
    statement: Any = state.statement
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, TenantOwned):
        return statement
    if tenant_id is None:
        refuse_unbound(mapper.class_.__name__)
    return statement.where(mapper.class_.tenant_id == tenant_id)


def _is_written_by_loader(statement: Any) -> bool:
    written_for = statement._compile_options  # noqa: SLF001  no public way to ask
    path = getattr(written_for, "_current_path", None)
    return getattr(written_for, "_for_refresh_state", False) or not (path is None or path.is_root)


def _refuse_foreign_write(state: ORMExecuteState, tenant_id: UUID | None) -> None:
    """Refuse to insert for another tenant, to hand rows over, and writes no criterion reaches."""
    statement: Any = state.statement
    mapper = state.bind_mapper
    if mapper is None or not (state.is_insert or state.is_update or state.is_delete):
        return
    if not issubclass(mapper.class_, TenantOwned):
        return
    if tenant_id is None:
        refuse_unbound(mapper.class_.__name__)
    _refuse_unreachable_write(state)
    if not state.is_delete:
        for owner in _owners_written(statement, state.parameters):
            if owner != tenant_id and (state.is_insert or owner is not None):
                raise ScopeError(
                    f"write {mapper.class_.__name__} rows with the tenant_id of this session",
                    bound_to=str(tenant_id),
                )


def _refuse_unreachable_write(state: ORMExecuteState) -> None:
    statement: Any = state.statement
    if "dml_strategy" in state.execution_options:
        refuse("a write with dml_strategy skips the criterion")
    if state.is_update and isinstance(state.parameters, list):
        refuse("an UPDATE by a list of keys skips the criterion")
    if state.is_insert and (statement.select is not None or _may_overwrite(statement)):
        refuse("INSERT from a SELECT, or over rows found by a key without tenant_id")


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
