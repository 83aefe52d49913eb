"""The members of an organisation, found and by pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from kernel.cursors import read_place
from tenancy._tables import Membership, Person
from tenancy.custom_roles.holding import OWN, Held, built_in, own_roles
from tenancy.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One member as the list shows them.

    Attributes:
        last_sign_in_at: When they last signed in, to whichever organisation; None where never.
        is_verified: A link that was mailed to the address was opened.
        place: Where they stand in the list.
    """

    person_id: UUID
    name: str
    email: str
    role: str
    role_name: str
    member_since: datetime
    last_sign_in_at: datetime | None
    is_verified: bool
    place: tuple[str, str]


def find_members(
    session: Session,
    tenant_id: UUID,
    *,
    q: str = "",
    role: str = "",
    limit: int = 500,
    after: Sequence[str] | None = None,
) -> list[Listed]:
    """List members by name; `q` is part of a name or an address, `role` a role's word."""
    key = func.lower(Person.name)
    own = own_roles(session, tenant_id)
    wanted = _found(select(Membership, Person, key), tenant_id, q=q)
    if role:
        wanted = wanted.where(_holds(role, own))
    if after is not None:
        name, person_id = read_place(after, str, UUID)
        wanted = wanted.where(or_(key > name, and_(key == name, Person.id > person_id)))
    rows = session.execute(wanted.order_by(key, Person.id).limit(limit))
    return [_listed(membership, person, name, own) for membership, person, name in rows]


def get_listed(session: Session, tenant_id: UUID, person_id: UUID) -> Listed | None:
    """Give one member, or None."""
    wanted = select(Membership, Person, func.lower(Person.name))
    found = session.execute(_found(wanted, tenant_id, q="").where(Person.id == person_id)).first()
    return _listed(*found, own_roles(session, tenant_id)) if found is not None else None


def count_members(session: Session, tenant_id: UUID) -> int:
    """Count the members."""
    wanted = select(func.count(Membership.id)).where(Membership.organisation_id == tenant_id)
    return session.scalar(wanted) or 0


def place_of(one: Listed) -> tuple[str, str]:
    """Say where a page that ends with a member ended."""
    return one.place


def _found(
    wanted: Select[Membership, Person, str], tenant_id: UUID, *, q: str
) -> Select[Membership, Person, str]:
    wanted = wanted.join(Person, Person.id == Membership.person_id).where(
        Membership.organisation_id == tenant_id
    )
    text = q.strip()
    if text:
        wanted = wanted.where(
            or_(
                Person.name.icontains(text, autoescape=True),
                Person.email.icontains(text, autoescape=True),
            )
        )
    return wanted


def _holds(word: str, own: Mapping[UUID, Held]) -> ColumnElement[bool]:
    """Give what a membership with the role of a text fulfils; none does where it is no role."""
    if word.startswith(OWN):
        return Membership.custom_role_id.in_(id_ for id_, one in own.items() if one.word == word)
    built = [one for one in Role if one.value == word]
    return and_(Membership.role.in_(built), Membership.custom_role_id.is_(None))


def _listed(membership: Membership, person: Person, key: str, own: Mapping[UUID, Held]) -> Listed:
    own_id = membership.custom_role_id
    role = own[own_id] if own_id is not None else built_in(membership.role)
    return Listed(
        person_id=person.id,
        name=person.name,
        email=person.email,
        role=role.word,
        role_name=role.name,
        member_since=membership.created_at,
        last_sign_in_at=person.last_sign_in_at,
        is_verified=person.email_verified_at is not None,
        place=(key, str(person.id)),
    )
