"""Memberships: which person is what in which organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from tenancy._tables import Membership, Person
from tenancy.audit.trail import About, note
from tenancy.organisations import get_organisation
from tenancy.roles import ROLES_OF_KIND, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """One member of an organisation."""

    person_id: UUID
    name: str
    email: str
    role: str


def add_member(
    session: Session, organisation_id: UUID, person_id: UUID, role: str, *, now: datetime
) -> None:
    """Give a person a role in an organisation.

    Raises:
        InvalidError: an organisation of this kind has no such role.
        ConflictError: the person is a member already.
    """
    wanted = _role(session, organisation_id, role)
    if _find(session, organisation_id, person_id) is not None:
        raise ConflictError("this person is a member already: change the role instead")
    session.add(
        Membership(
            id=new_id(),
            organisation_id=organisation_id,
            person_id=person_id,
            role=wanted,
            created_at=now,
        )
    )
    session.flush()
    _note(session, organisation_id, person_id, "member.added", now=now, role=role)


def change_role(
    session: Session, organisation_id: UUID, person_id: UUID, role: str, *, now: datetime
) -> None:
    """Change what a member is; the last admin stays one.

    Raises:
        NotFoundError: no such member.
        InvalidError: no such role here.
        ConflictError: nobody would be admin any more.
    """
    wanted = _role(session, organisation_id, role)
    row = _get(session, organisation_id, person_id)
    if row.role is Role.ADMIN and wanted is not Role.ADMIN:
        _keep_an_admin(session, row)
    facts = {"role": role, "before": row.role.value}
    if row.role is not wanted:
        _note(session, organisation_id, person_id, "member.role_changed", now=now, **facts)
    row.role = wanted
    session.flush()


def remove_member(
    session: Session, organisation_id: UUID, person_id: UUID, *, now: datetime
) -> None:
    """End a membership; the last admin stays.

    Raises:
        NotFoundError: no such member.
        ConflictError: nobody would be admin any more.
    """
    row = _get(session, organisation_id, person_id)
    if row.role is Role.ADMIN:
        _keep_an_admin(session, row)
    _note(session, organisation_id, person_id, "member.removed", now=now, role=row.role.value)
    session.delete(row)
    session.flush()


def roles_of(session: Session, organisation_id: UUID) -> list[str]:
    """List the roles that an organisation of this kind can give."""
    return [one.value for one in ROLES_OF_KIND[get_organisation(session, organisation_id).kind]]


def list_members(session: Session, organisation_id: UUID) -> list[MemberView]:
    """List the members of an organisation by name."""
    rows = session.execute(
        select(Membership.role, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(func.lower(Person.name), Person.id)
    )
    return [
        MemberView(person_id=person.id, name=person.name, email=person.email, role=role.value)
        for role, person in rows
    ]


def _note(
    session: Session,
    organisation_id: UUID,
    person_id: UUID,
    action: str,
    *,
    now: datetime,
    **roles: str,
) -> None:
    person = session.get_one(Person, person_id)
    about = About(kind="person", id=person_id, name=person.name)
    facts = {"email": person.email, **roles}
    note(session, organisation_id, action, now=now, about=about, facts=facts)


def _role(session: Session, organisation_id: UUID, role: str) -> Role:
    possible = ROLES_OF_KIND[get_organisation(session, organisation_id).kind]
    for one in possible:
        if one.value == role:
            return one
    message = "role: choose one of " + ", ".join(one.value for one in possible)
    raise InvalidError(message, problems=[Problem("/role", message)])


def _find(session: Session, organisation_id: UUID, person_id: UUID) -> Membership | None:
    return session.scalar(
        select(Membership).where(
            Membership.organisation_id == organisation_id, Membership.person_id == person_id
        )
    )


def _get(session: Session, organisation_id: UUID, person_id: UUID) -> Membership:
    row = _find(session, organisation_id, person_id)
    if row is None:
        raise NotFoundError("no such member")
    return row


def _keep_an_admin(session: Session, leaving: Membership) -> None:
    """Refuse when no other active admin is left; locked, so that two cannot leave at once."""
    admins = session.scalars(
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organisation_id == leaving.organisation_id,
            Membership.role == Role.ADMIN,
            Person.is_active,
        )
        .with_for_update(of=Membership)
    )
    if not set(admins) - {leaving.person_id}:
        raise ConflictError("this is the last admin: make somebody else admin first")
