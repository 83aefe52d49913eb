"""The session that carries the tenant guard, and what it checks beyond statements.

Statements are judged in `_statements`; here are the ways around a statement: the identity map,
the unit of work, bulk helpers and the bare connection. On PostgreSQL the connection learns the
scope, too: see `kernel.walls`.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import Connection, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE
from typing_extensions import override

from kernel.db import TenantOwned
from kernel.walls import SCOPE, Everywhere, Scope, ask_scope_of
from tenancy._shapes import ScopeError
from tenancy._statements import BY_KEY, confine, refuse_unbound

SYSTEM = Everywhere.SYSTEM


def scope_of(session: Session) -> Scope:
    """Give the scope a session is in."""
    scope: Scope = session.info.get(SCOPE)
    return scope


def set_scope(session: Session, scope: Scope) -> None:
    """Put a session into a scope.

    Raises:
        ScopeError: when the session carries no guard, so that a scope would promise nothing.
    """
    if not isinstance(session, GuardedSession):
        raise ScopeError("this session has no tenant guard: make it by tenancy.scope.guarded")
    session.info[SCOPE] = scope


class GuardedSession(Session):
    """A session that keeps to its scope; see `tenancy.scope`."""

    @override
    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """Find a row by its key; another tenant's row is not found, even where already loaded."""
        kind = inspect(entity).class_
        if scope_of(self) is None and issubclass(kind, TenantOwned):
            refuse_unbound(kind.__name__)
        marks = {**options.pop("execution_options", {}), BY_KEY: True}
        found = super().get(entity, ident, execution_options=marks, **options)
        return None if found is not None and self._is_foreign(found) else found

    @override
    def refresh(self, instance: object, *args: Any, **options: Any) -> None:
        """Load a row anew; refuses another tenant's."""
        if self._is_foreign(instance):
            raise ScopeError(f"this {type(instance).__name__} belongs to another tenant")
        super().refresh(instance, *args, **options)

    @override
    def merge(self, instance: Any, *, load: bool = True, **options: Any) -> Any:
        """Merge a row's state; outside system scope it is always compared with the database."""
        if not load:
            self._only_in_system("merge(load=False)")
        return super().merge(instance, load=load, **options)

    @override
    def connection(self, *args: Any, **options: Any) -> Connection:
        """Give the bare connection, which carries no guard, in system scope only."""
        self._only_in_system("the bare connection")
        return super().connection(*args, **options)

    def bare_connection(self) -> Connection:
        """Give the bare connection in the scope as it is: the caller has checked what it writes."""
        return super().connection()

    @override
    def bulk_save_objects(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse: the legacy bulk helpers write past the unit of work."""
        self._refuse_bulk()

    @override
    def bulk_insert_mappings(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse: the legacy bulk helpers write past the unit of work."""
        self._refuse_bulk()

    @override
    def bulk_update_mappings(self, *args: Any, **options: Any) -> NoReturn:
        """Refuse: the legacy bulk helpers write past the unit of work."""
        self._refuse_bulk()

    def _refuse_bulk(self) -> NoReturn:
        raise ScopeError("legacy bulk helpers have no guard: use session.execute(insert(Model))")

    def _only_in_system(self, what: str) -> None:
        if scope_of(self) is not SYSTEM:
            raise ScopeError(f"{what} has no guard: use it in tenancy.scope.system")

    def _is_foreign(self, row: object) -> bool:
        scope = scope_of(self)
        if scope is SYSTEM or not isinstance(row, TenantOwned):
            return False
        return any(owner != scope for owner in _owners(row))


def _owners(row: TenantOwned) -> set[UUID | None]:
    """Give the tenants a row belongs to: in memory and, where they differ, in the database."""
    if inspect(row).expired:
        return {row.tenant_id}  # loads within the scope, so it fails where the row is foreign
    history = get_history(row, "tenant_id", PASSIVE_NO_INITIALIZE)
    owners = {*(history.added or ()), *(history.unchanged or ()), *(history.deleted or ())}
    return owners or {None}


@event.listens_for(GuardedSession, "after_begin")
def _let_ask(session: Session, _transaction: Any, connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        ask_scope_of(session.info, connection)


@event.listens_for(GuardedSession, "do_orm_execute")
def _confine_statement(state: ORMExecuteState) -> None:
    scope = scope_of(state.session)
    if not isinstance(scope, Everywhere):
        confine(state, scope)


@event.listens_for(GuardedSession, "before_flush")
def _refuse_foreign_rows(session: Session, _context: Any, _instances: Any) -> None:
    scope = scope_of(session)
    if scope is SYSTEM:
        return
    for row in chain(session.new, session.dirty, session.deleted):
        if not isinstance(row, TenantOwned):
            continue
        if scope is None:
            refuse_unbound(type(row).__name__)
        if any(owner != scope for owner in _owners(row)):
            raise ScopeError(
                f"a {type(row).__name__} of another tenant cannot be written here: "
                "give it the tenant_id the session is bound to",
                bound_to=str(scope),
            )
