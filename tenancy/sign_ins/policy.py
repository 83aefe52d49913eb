"""Whether an organisation asks its members for a second factor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from tenancy._tables import Membership, Person
from tenancy.audit.trail import note
from tenancy.sign_ins._tables import AuthenticatorApp, Passkey, SignInPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """One member, and what they have beside the password."""

    name: str
    email: str
    has_app: bool
    has_passkey: bool


def needs_second_factor(session: Session, tenant_id: UUID) -> bool:
    """Tell whether only members who showed a second factor may see anything of it."""
    row = session.get(SignInPolicy, tenant_id)
    return row is not None and row.needs_second_factor


def set_second_factor(
    session: Session, tenant_id: UUID, *, needed: bool, by: str, now: datetime
) -> None:
    """Ask the members for a second factor, or no longer; programs with a token are not asked."""
    row = session.get(SignInPolicy, tenant_id)
    if row is None:
        row = SignInPolicy(tenant_id=tenant_id, needs_second_factor=False, changed_at=now)
        session.add(row)
    if row.needs_second_factor == needed:
        return
    row.needs_second_factor, row.changed_at, row.changed_by = needed, now, by[:200]
    session.flush()
    action = "second_factor.demanded" if needed else "second_factor.left_open"
    note(session, tenant_id, action, now=now)


def list_secured(session: Session, tenant_id: UUID) -> list[Secured]:
    """List an organisation's members by name, with what each has beside the password."""
    app = exists().where(
        AuthenticatorApp.person_id == Person.id, AuthenticatorApp.confirmed_at.is_not(None)
    )
    rows = session.execute(
        select(Person.name, Person.email, app, exists().where(Passkey.person_id == Person.id))
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == tenant_id)
        .order_by(func.lower(Person.name), Person.id)
    )
    return [
        Secured(name=name, email=email, has_app=has_app, has_passkey=has_passkey)
        for name, email, has_app, has_passkey in rows
    ]
