"""The tenant guard: a session reaches the rows of the one tenant it is bound to, and no others.

A guarded session is in one of three scopes. Bound: every SELECT, UPDATE and DELETE on tenant-owned
rows carries `tenant_id = …`, and rows of another tenant are refused on flush. System: nothing is
added; for work across tenants, kept short and easy to find by this name. Neither: tenant-owned
rows are out of reach, because a forgotten `bind` must fail and not show everything.

On PostgreSQL the database keeps to the same scope by itself (`tenancy.walls`): unbound, it shows
nothing. The guard does not see engines used directly, nor a foreign key inside a tenant's own row
that names another tenant's row: look the target up first, which fails as it should.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.orm import Session, sessionmaker

from kernel.walls import Scope
from tenancy._guard import SYSTEM, GuardedSession, scope_of, set_scope
from tenancy._shapes import ScopeError
from tenancy._statements import refuse_unbound

__all__ = [
    "ScopeError",
    "as_tenant",
    "bind",
    "bound_tenant",
    "guarded",
    "owned_connection",
    "require_owner",
    "system",
]


def guarded(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """Give a factory with the same settings whose sessions carry the guard, bound to nobody."""
    return sessionmaker(class_=GuardedSession, **sessions.kw)


def bind(session: Session, tenant_id: UUID) -> None:
    """Bind a session to one tenant for the rest of its life.

    Raises:
        ScopeError: when the session is in another scope already; `as_tenant` switches for a while.
    """
    scope = scope_of(session)
    if scope is not None and scope != tenant_id:
        raise ScopeError(f"this session is already bound to {scope}: use as_tenant to switch")
    set_scope(session, tenant_id)


def bound_tenant(session: Session) -> UUID | None:
    """Give the tenant a session is bound to; None in system scope and before binding."""
    scope = scope_of(session)
    return scope if isinstance(scope, UUID) else None


def require_owner(session: Session, tenant_id: UUID, *, of: str) -> None:
    """Refuse to write a row of another tenant, where the guard does not see the writing itself.

    Raises:
        ScopeError: the session is bound to another tenant, or to none.
    """
    scope = scope_of(session)
    if scope is None:
        refuse_unbound(of)
    if scope not in (SYSTEM, tenant_id):
        raise ScopeError(f"write {of} rows with the tenant_id of this session", bound_to=str(scope))


def owned_connection(session: Session, tenant_id: UUID, *, of: str) -> Connection:
    """Give the bare connection for writing rows `of` a table that are all this tenant's.

    What is written is not seen by the guard; on PostgreSQL row-level security holds it as ever.

    Raises:
        ScopeError: the session is bound to another tenant, to none, or has no guard.
    """
    require_owner(session, tenant_id, of=of)
    if not isinstance(session, GuardedSession):
        raise ScopeError("this session has no tenant guard: make it by tenancy.scope.guarded")
    session.flush()  # what was changed so far comes first, as before any statement
    return session.bare_connection()


@contextmanager
def as_tenant(session: Session, tenant_id: UUID) -> Iterator[None]:
    """Act as one tenant for a while, within the same transaction."""
    with _scoped(session, tenant_id):
        yield


@contextmanager
def system(session: Session) -> Iterator[None]:
    """Work across tenants for a while; every use is a place to review."""
    with _scoped(session, SYSTEM):
        yield


@contextmanager
def _scoped(session: Session, scope: Scope) -> Iterator[None]:
    session.flush()  # what was changed so far is judged by the scope it was changed in
    before = scope_of(session)
    set_scope(session, scope)
    try:
        yield
        session.flush()
    finally:
        set_scope(session, before)
