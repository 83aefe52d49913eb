"""The members of an organisation, found and by pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from kernel.cursors import read_place
from tenancy._tables import Membership, Person
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
    wanted = _found(select(Membership, Person, key), tenant_id, q=q, role=role)
    if after is not None:
        name, person_id = read_place(after, str, UUID)
        wanted = wanted.where(or_(key > name, and_(key == name, Person.id > person_id)))
    rows = session.execute(wanted.order_by(key, Person.id).limit(limit))
    return [_listed(membership, person, name) for membership, person, name in rows]


def get_listed(session: Session, tenant_id: UUID, person_id: UUID) -> Listed | None:
    """Give one member, or None."""
    wanted = select(Membership, Person, func.lower(Person.name))
    found = session.execute(
        _found(wanted, tenant_id, q="", role="").where(Person.id == person_id)
    ).first()
    return _listed(*found) if found is not None else None


def count_members(session: Session, tenant_id: UUID) -> int:
    """Count the members."""
    wanted = select(func.count(Membership.id)).where(Membership.organisation_id == tenant_id)
    return session.scalar(wanted) or 0


def place_of(one: Listed) -> tuple[str, str]:
    """Say where a page that ends with a member ended."""
    return one.place


def _found(
    wanted: Select[Membership, Person, str], tenant_id: UUID, *, q: str, role: str
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
    if role:
        known = [one for one in Role if one.value == role]
        wanted = wanted.where(Membership.role.in_(known))
    return wanted


def _listed(membership: Membership, person: Person, key: str) -> Listed:
    return Listed(
        person_id=person.id,
        name=person.name,
        email=person.email,
        role=membership.role.value,
        member_since=membership.created_at,
        last_sign_in_at=person.last_sign_in_at,
        is_verified=person.email_verified_at is not None,
        place=(key, str(person.id)),
    )
