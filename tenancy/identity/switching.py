"""Switching a provider on and off, removing it, and asking everybody to come by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, Problem
from tenancy._tables import Membership, Person
from tenancy.audit.chain import Fact
from tenancy.audit.trail import note
from tenancy.identity._tables import (
    IdentityDemand,
    IdentityProvider,
    IdentitySession,
    LinkedIdentity,
)
from tenancy.identity.store import about_of, get_row
from tenancy.roles import Role
from tenancy.sign_ins._tables import SignIn

_LAST = (
    "everybody has to come by a provider, and this is the only one that is on: let members sign in "
    "otherwise first"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """That members have to come by a provider; `way_out` is who need not."""

    way_out_id: UUID | None
    way_out: str


def switch(
    session: Session, tenant_id: UUID, provider_id: UUID, *, on: bool, by: str, now: datetime
) -> int:
    """Switch a provider on or off; off ends the sessions that it opened, whose number is given.

    Raises:
        ConflictError: it was not tried as it is, or it is the one that everybody has to come by.
    """
    row = get_row(session, tenant_id, provider_id)
    if row.is_on == on:
        return 0
    if on and row.tried_at is None:
        raise ConflictError("Try it first: then you see that it works, and what it would give.")
    if not on:
        _require_another(session, tenant_id, row)
    row.is_on, row.changed_at, row.changed_by = on, now, by[:200]
    ended = 0 if on else end_sessions(session, tenant_id, provider_id, now=now)
    session.flush()
    action = "identity.switched_on" if on else "identity.switched_off"
    facts: dict[str, Fact] = {} if on else {"sessions_ended": ended}
    note(session, tenant_id, action, now=now, about=about_of(row), facts=facts)
    return ended


def remove(session: Session, tenant_id: UUID, provider_id: UUID, *, now: datetime) -> str:
    """Remove a provider with its links; its sessions end, people and memberships stay.

    Raises:
        NotFoundError: there is none.
        ConflictError: it is the one that everybody has to come by.
    """
    row = get_row(session, tenant_id, provider_id)
    _require_another(session, tenant_id, row)
    ended = end_sessions(session, tenant_id, provider_id, now=now)
    facts: dict[str, Fact] = {"issuer": row.issuer, "sessions_ended": ended}
    note(session, tenant_id, "identity.removed", now=now, about=about_of(row), facts=facts)
    name = row.name
    session.delete(row)
    session.flush()
    return name


def end_sessions(session: Session, tenant_id: UUID, provider_id: UUID, *, now: datetime) -> int:
    """End every session that a provider opened; give how many ended."""
    mine = select(IdentitySession.sign_in_id).where(
        IdentitySession.tenant_id == tenant_id, IdentitySession.provider_id == provider_id
    )
    open_now = (SignIn.ended_at.is_(None), SignIn.expires_at > now)
    ids = list(session.scalars(select(SignIn.id).where(SignIn.id.in_(mine), *open_now)))
    if ids:
        session.execute(update(SignIn).where(SignIn.id.in_(ids)).values(ended_at=now))
    return len(ids)


def count_open(session: Session, tenant_id: UUID, provider_id: UUID, *, now: datetime) -> int:
    """Count the sessions that a provider opened and that did not end."""
    wanted = (
        select(func.count())
        .select_from(IdentitySession)
        .join(SignIn, SignIn.id == IdentitySession.sign_in_id)
        .where(
            IdentitySession.tenant_id == tenant_id,
            IdentitySession.provider_id == provider_id,
            SignIn.ended_at.is_(None),
            SignIn.expires_at > now,
        )
    )
    return session.scalar(wanted) or 0


def demand_of(session: Session, tenant_id: UUID) -> Demand | None:
    """Give what is asked of members; None where they may sign in as they like."""
    row = session.get(IdentityDemand, tenant_id)
    if row is None or row.tenant_id != tenant_id:
        return None
    person = session.get(Person, row.way_out_id) if row.way_out_id is not None else None
    return Demand(way_out_id=row.way_out_id, way_out=person.name if person is not None else "")


def set_demand(
    session: Session,
    tenant_id: UUID,
    *,
    way_out_id: UUID | None,
    needed: bool,
    by: str,
    now: datetime,
) -> None:
    """Ask every member to come by a provider, but for one admin; or no longer.

    Raises:
        ConflictError: no provider is on, or nobody has come by one yet.
        InvalidError: the way out is no admin of the organisation.
    """
    row = session.get(IdentityDemand, tenant_id)
    if not needed:
        if row is not None:
            session.delete(row)
            session.flush()
            note(session, tenant_id, "identity.left_open", now=now)
        return
    _require_used(session, tenant_id)
    admins = dict(list_admins(session, tenant_id))
    if way_out_id not in admins:
        message = "way_out: choose an admin who may still sign in with a password"
        raise InvalidError(message, problems=[Problem("/way_out", message)])
    if row is None:
        row = IdentityDemand(tenant_id=tenant_id, way_out_id=None, changed_at=now)
        session.add(row)
    row.way_out_id, row.changed_at, row.changed_by = way_out_id, now, by[:200]
    session.flush()
    facts: dict[str, Fact] = {"way_out": admins[way_out_id]}
    note(session, tenant_id, "identity.demanded", now=now, facts=facts)


def list_admins(session: Session, tenant_id: UUID) -> list[tuple[UUID, str]]:
    """List the admins who may act, by name: one of them can be the way out."""
    rows = session.execute(
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organisation_id == tenant_id,
            Membership.role == Role.ADMIN,
            Membership.custom_role_id.is_(None),
            Person.is_active,
        )
        .order_by(func.lower(Person.name), Person.id)
    )
    return [(one, name) for one, name in rows]


def _require_used(session: Session, tenant_id: UUID) -> None:
    """Refuse to ask for what nobody has done yet: it might not work."""
    used = (
        select(LinkedIdentity.id)
        .join(IdentityProvider, IdentityProvider.id == LinkedIdentity.provider_id)
        .where(
            LinkedIdentity.tenant_id == tenant_id,
            IdentityProvider.tenant_id == tenant_id,
            IdentityProvider.is_on,
        )
    )
    if session.scalar(used.limit(1)) is None:
        raise ConflictError(
            "Nobody has come by a provider that is on yet. Sign in by it once yourself, then ask "
            "everybody to."
        )


def _require_another(session: Session, tenant_id: UUID, row: IdentityProvider) -> None:
    if not row.is_on or session.get(IdentityDemand, tenant_id) is None:
        return
    others = select(IdentityProvider.id).where(
        IdentityProvider.tenant_id == tenant_id,
        IdentityProvider.is_on,
        IdentityProvider.id != row.id,
    )
    if session.scalar(others.limit(1)) is None:
        raise ConflictError(_LAST)
