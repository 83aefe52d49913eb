"""Memberships: which person is what in which organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id
from tenancy._tables import Membership, Person
from tenancy.custom_roles.holding import (
    Held,
    built_in,
    held,
    own_roles,
    require_role,
    require_within,
    roles_to_give,
)
from tenancy.organisations import get_organisation
from tenancy.roles import Role, possible_in


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """One member of an organisation."""

    person_id: UUID
    name: str
    email: str
    role: str
    role_word: str
    role_name: str
    permissions: frozenset[str]


def add_member(
    session: Session, organisation_id: UUID, person_id: UUID, role: str, *, now: datetime
) -> None:
    """Give a person a role in an organisation.

    Raises:
        InvalidError: an organisation of this kind has no such role.
        ConflictError: the person is a member already.
    """
    wanted = require_role(session, organisation_id, role)
    if _find(session, organisation_id, person_id) is not None:
        raise ConflictError("this person is a member already: change the role instead")
    session.add(
        Membership(
            id=new_id(),
            organisation_id=organisation_id,
            person_id=person_id,
            role=wanted.role,
            custom_role_id=wanted.own_id,
            created_at=now,
        )
    )
    session.flush()


def change_role(session: Session, organisation_id: UUID, person_id: UUID, role: str) -> None:
    """Change what a member is; the last admin stays one.

    Raises:
        NotFoundError: no such member.
        InvalidError: no such role here.
        ForbiddenError: the member may do, or would, what who acts may not.
        ConflictError: nobody would be admin any more.
    """
    wanted = require_role(session, organisation_id, role)
    row = _get(session, organisation_id, person_id)
    _require_no_more(session, row)
    if row.role is Role.ADMIN and wanted.role is not Role.ADMIN:
        _keep_an_admin(session, row)
    row.role, row.custom_role_id = wanted.role, wanted.own_id
    session.flush()


def remove_member(session: Session, organisation_id: UUID, person_id: UUID) -> None:
    """End a membership; the last admin stays.

    Raises:
        NotFoundError: no such member.
        ConflictError: nobody would be admin any more.
    """
    row = _get(session, organisation_id, person_id)
    _require_no_more(session, row)
    if row.role is Role.ADMIN:
        _keep_an_admin(session, row)
    session.delete(row)
    session.flush()


def roles_of(session: Session, organisation_id: UUID) -> list[tuple[str, str]]:
    """List the roles that can be given here: the word of each, and what it is called."""
    return roles_to_give(session, organisation_id)


def is_member(session: Session, organisation_id: UUID, email: str) -> bool:
    """Tell whether somebody with that address, in lower case, is a member."""
    found = session.scalar(
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id, Person.email == email)
    )
    return found is not None


def list_members(session: Session, organisation_id: UUID) -> list[MemberView]:
    """List the members of an organisation by name."""
    own = own_roles(session, organisation_id)
    rows = session.execute(
        select(Membership.role, Membership.custom_role_id, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id)
        .order_by(func.lower(Person.name), Person.id)
    )
    return [
        _view(person, own[own_id] if own_id is not None else built_in(role))
        for role, own_id, person in rows
    ]


def _view(person: Person, role: Held) -> MemberView:
    return MemberView(
        person_id=person.id,
        name=person.name,
        email=person.email,
        role=role.role.value,
        role_word=role.word,
        role_name=role.name,
        permissions=role.permissions,
    )


def _require_no_more(session: Session, row: Membership) -> None:
    """Refuse to touch a member who may do more than who acts."""
    has = held(session, row.organisation_id, row.role, row.custom_role_id)
    kind = get_organisation(session, row.organisation_id).kind
    require_within(session, row.organisation_id, has.permissions & possible_in(kind))


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
