"""The users that a directory sees: those it wrote, and all other members, found and by pages.

Somebody who was never written is told as their membership has them, so that a directory that is
connected later finds everybody who is there already.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from tenancy._tables import Membership, Person
from tenancy.custom_roles.holding import OWN
from tenancy.invitations._tables import Invitation, holds_at, still_holds
from tenancy.scim._tables import ScimUser
from tenancy.scim.errors import FilterError
from tenancy.scim.filters import Compare, Filter, equals_of

FILTERED = ("userName", "externalId", "active", "emails.value", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One user.

    Attributes:
        row: What the directory said; None where it never said anything.
        membership: What they are here, by whatever way they came; None while they are invited, and
            once they are away.
        name, address: The person's own; what the directory said, where it said something.
        standing: `member`, `invited` or `away`.
    """

    id: UUID
    row: ScimUser | None
    membership: Membership | None
    name: str
    address: str
    standing: str

    @property
    def is_active(self) -> bool:
        """Tell whether they belong here, or may as soon as they accept."""
        return self.standing != "away"

    @property
    def role(self) -> str:
        """Give the word of the role that they have, or will."""
        if self.membership is None:
            return self.row.role if self.row is not None else ""
        own = self.membership.custom_role_id
        return f"{OWN}{own}" if own is not None else self.membership.role.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A part of a list, and how long the whole is."""

    entries: list[Entry]
    total: int


def find_users(
    session: Session,
    tenant_id: UUID,
    wanted: Filter | None,
    *,
    start: int,
    count: int,
    now: datetime,
) -> Found:
    """List users by their names; `start` counts from 1.

    Raises:
        FilterError: it asks for more than `eq` of `FILTERED`, joined by `and`.
    """
    users = _users(tenant_id, now)
    met = [_clause(users, one) for one in equals_of(wanted)] if wanted is not None else []
    total = session.scalar(select(func.count()).select_from(users).where(*met)) or 0
    if not count:
        return Found(entries=[], total=total)
    ids = session.scalars(
        select(users.c.id)
        .where(*met)
        .order_by(users.c.user_key, users.c.id)
        .offset(start - 1)
        .limit(count)
    ).all()
    return Found(entries=_read(session, tenant_id, ids, now), total=total)


def find_user(session: Session, tenant_id: UUID, user_id: UUID, *, now: datetime) -> Entry | None:
    """Give one user, or None."""
    return next(iter(_read(session, tenant_id, [user_id], now)), None)


def get_user(session: Session, tenant_id: UUID, user_id: UUID, *, now: datetime) -> Entry:
    """Give one user; raises NotFoundError."""
    found = find_user(session, tenant_id, user_id, now=now)
    if found is None:
        raise NotFoundError("no such user")
    return found


def active_users(session: Session, tenant_id: UUID, *, now: datetime) -> list[Entry]:
    """List the users who are active, by their names."""
    users = _users(tenant_id, now)
    wanted = select(users.c.id).where(users.c.active == true())
    ids = session.scalars(wanted.order_by(users.c.user_key, users.c.id)).all()
    return _read(session, tenant_id, ids, now)


def is_taken(
    session: Session, tenant_id: UUID, *, key: str, but: UUID | None, now: datetime
) -> bool:
    """Tell whether another user has a name, in lower case, or is reached at it."""
    users = _users(tenant_id, now)
    wanted = select(users.c.id).where((users.c.user_key == key) | (users.c.email == key))
    return any(one != but for one in session.scalars(wanted))


def _users(tenant_id: UUID, now: datetime) -> Any:
    """Give the id, name, address, external id and activity of everybody, as one table."""
    joined = and_(
        Membership.organisation_id == tenant_id, Membership.person_id == ScimUser.person_id
    )
    is_active = case(
        (Membership.id.is_not(None), true()),
        (~ScimUser.is_active | ScimUser.person_id.is_not(None), false()),
        (and_(*holds_at(now)), true()),
        else_=false(),
    )
    written = (
        select(
            ScimUser.id,
            ScimUser.user_key,
            ScimUser.email,
            ScimUser.external_id,
            is_active.label("active"),
        )
        .outerjoin(Membership, joined)
        .outerjoin(Invitation, Invitation.id == ScimUser.invitation_id)
        .where(ScimUser.tenant_id == tenant_id)
    )
    is_written = exists().where(
        ScimUser.tenant_id == tenant_id, ScimUser.person_id == Membership.person_id
    )
    others = (
        select(Membership.id, Person.email, Person.email, cast(null(), String), true())
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == tenant_id, ~is_written)
    )
    return union_all(written, others).subquery("users")


def _clause(users: Any, one: Compare) -> ColumnElement[bool]:
    columns: Mapping[str, tuple[Any, type]] = {
        "username": (users.c.user_key, str),
        "emails": (users.c.email, str),
        "emails.value": (users.c.email, str),
        "externalid": (users.c.external_id, str),
        "active": (users.c.active, bool),
        "id": (users.c.id, str),
    }
    column, kind = columns.get(one.attribute.key, (None, str))
    if column is None:
        raise FilterError(f"filter: {one.attribute.key} is none of {', '.join(FILTERED)}")
    value = _flag(one.value) if kind is bool else one.value
    if not isinstance(value, kind):
        raise FilterError(f"filter: {one.attribute.key} is compared with a {kind.__name__}")
    return _equal(one.attribute.key, column, value)


def _equal(key: str, column: Any, value: Any) -> ColumnElement[bool]:
    if key == "active":
        return ColumnElement.__eq__(column, true() if value else false())
    if key == "id":
        found = read_id(value)
        return column == found if found is not None else false()
    if key == "externalid":
        return and_(column == value, column != "")
    return ColumnElement.__eq__(column, value.strip().lower())


def _flag(value: Any) -> Any:
    words = {"true": True, "false": False}
    return words.get(value.lower(), value) if isinstance(value, str) else value


def read_id(text: str) -> UUID | None:
    """Read an id; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _read(session: Session, tenant_id: UUID, ids: Sequence[UUID], now: datetime) -> list[Entry]:
    """Read users by their ids, in that order; those that are none are left out."""
    found = {one.id: one for one in _written(session, tenant_id, ids, now)}
    left = [one for one in ids if one not in found]
    found |= {one.id: one for one in _unwritten(session, tenant_id, left)}
    return [found[one] for one in ids if one in found]


def _written(
    session: Session, tenant_id: UUID, ids: Sequence[UUID], now: datetime
) -> Iterable[Entry]:
    joined = and_(
        Membership.organisation_id == tenant_id, Membership.person_id == ScimUser.person_id
    )
    rows = session.execute(
        select(ScimUser, Membership, Invitation)
        .outerjoin(Membership, joined)
        .outerjoin(Invitation, Invitation.id == ScimUser.invitation_id)
        .where(ScimUser.tenant_id == tenant_id, ScimUser.id.in_(ids))
    )
    for row, membership, invitation in rows:
        yield Entry(
            id=row.id,
            row=row,
            membership=membership,
            name=row.user_name,
            address=row.email,
            standing=_standing(row, membership, invitation, now),
        )


def _standing(
    row: ScimUser, membership: Membership | None, invitation: Invitation | None, now: datetime
) -> str:
    """Tell how they stand: a membership counts, also of who came back past the directory."""
    if membership is not None:
        return "member"
    if not row.is_active or row.person_id is not None:
        return "away"
    return "invited" if invitation is not None and still_holds(invitation, now) else "away"


def _unwritten(session: Session, tenant_id: UUID, ids: Sequence[UUID]) -> Iterable[Entry]:
    is_written = exists().where(
        ScimUser.tenant_id == tenant_id, ScimUser.person_id == Membership.person_id
    )
    rows = session.execute(
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == tenant_id, Membership.id.in_(ids), ~is_written)
    )
    for membership, person in rows:
        yield Entry(
            id=membership.id,
            row=None,
            membership=membership,
            name=person.name,
            address=person.email,
            standing="member",
        )
