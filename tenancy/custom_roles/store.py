"""Making, changing and deleting the roles of an organisation's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.ids import new_id
from tenancy._tables import APIToken, Membership, Person
from tenancy.audit.trail import About, note
from tenancy.custom_roles._tables import CustomRole
from tenancy.custom_roles.holding import require_within
from tenancy.custom_roles.rules import bases_in, checked_name, checked_permissions
from tenancy.plans.entitled import require_feature
from tenancy.rows import get_owned

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody chose for a role: its name, the built-in one it counts as, permissions."""

    name: str
    based_on: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRole:
    """One role of an organisation's own, with the names of who and what has it."""

    id: UUID
    name: str
    based_on: str
    permissions: frozenset[str]
    members: tuple[str, ...]
    tokens: tuple[str, ...]

    @property
    def is_held(self) -> bool:
        """Tell whether somebody or something has it."""
        return bool(self.members or self.tokens)


def list_roles(session: Session, tenant_id: UUID) -> list[OwnRole]:
    """List the roles that an organisation made for itself, by name."""
    rows = session.scalars(
        select(CustomRole).where(CustomRole.tenant_id == tenant_id).order_by(CustomRole.name)
    ).all()
    return [_view(session, row) for row in rows]


def get_role(session: Session, tenant_id: UUID, role_id: UUID) -> OwnRole:
    """Give one; raises NotFoundError."""
    return _view(session, get_owned(session, CustomRole, tenant_id, role_id, name="role"))


def create_role(session: Session, who: Acting, wanted: Wanted, *, now: datetime) -> UUID:
    """Make a role.

    Raises:
        InvalidError: naming the field.
        ConflictError: there are as many as may be.
    """
    require_feature(session, who.tenant_id, "custom_roles")
    taken = _names(session, who.tenant_id)
    if len(taken) >= MOST:
        raise ConflictError(f"an organisation has at most {MOST} roles of its own: delete one")
    row = CustomRole(id=new_id(), tenant_id=who.tenant_id)
    _fill(row, who, wanted, taken=taken, now=now)
    session.add(row)
    session.flush()
    _note(session, row, "role.made", now=now)
    return row.id


def change_role(
    session: Session, who: Acting, role_id: UUID, wanted: Wanted, *, now: datetime
) -> None:
    """Change a role: whoever has it may do what it says from their next request on.

    Raises:
        NotFoundError: no such role.
        InvalidError: naming the field.
        ForbiddenError: it lets do what who changes it may not do.
    """
    row = get_owned(session, CustomRole, who.tenant_id, role_id, name="role", lock=True)
    require_within(session, who.tenant_id, frozenset(row.permissions))
    before = frozenset(row.permissions)
    taken = _names(session, who.tenant_id) - {row.name}
    _fill(row, who, wanted, taken=taken, now=now)
    _count_as(session, row)
    session.flush()
    gone = sorted(before - set(row.permissions))
    _note(session, row, "role.changed", now=now, taken_away=gone)


def delete_role(session: Session, who: Acting, role_id: UUID, *, now: datetime) -> None:
    """Delete a role that nobody has.

    Raises:
        NotFoundError: no such role.
        ConflictError: somebody or something has it.
    """
    row = get_owned(session, CustomRole, who.tenant_id, role_id, name="role", lock=True)
    found = _view(session, row)
    if found.is_held:
        names = ", ".join((*found.members, *found.tokens)[:5])
        raise ConflictError(f"{row.name} is still held by {names}: give them another role first")
    _note(session, row, "role.deleted", now=now)
    session.delete(row)
    session.flush()


def _fill(
    row: CustomRole, who: Acting, wanted: Wanted, *, taken: Iterable[str], now: datetime
) -> None:
    bases = {one.value: one for one in bases_in(who.tenant_kind)}
    if wanted.based_on not in bases:
        message = "based_on: choose one of " + ", ".join(bases)
        raise InvalidError(message, problems=[Problem("/based_on", message)])
    name = checked_name(wanted.name, taken)
    permissions = checked_permissions(wanted.permissions, kind=who.tenant_kind, own=who.permissions)
    row.name, row.based_on = name, bases[wanted.based_on]
    row.permissions = sorted(permissions)
    row.changed_at, row.changed_by = now, who.person_name[:200]


def _count_as(session: Session, row: CustomRole) -> None:
    """Let everybody who has a role count as the built-in one it is based on."""
    for member in session.scalars(_membership_of(row)):
        member.role = row.based_on
    for token in session.scalars(_tokens_of(row)):
        token.role = row.based_on


def _names(session: Session, tenant_id: UUID) -> set[str]:
    wanted = select(CustomRole.name).where(CustomRole.tenant_id == tenant_id)
    return set(session.scalars(wanted))


def _membership_of(row: CustomRole) -> Select[Membership]:
    return select(Membership).where(
        Membership.organisation_id == row.tenant_id, Membership.custom_role_id == row.id
    )


def _tokens_of(row: CustomRole) -> Select[APIToken]:
    return select(APIToken).where(
        APIToken.tenant_id == row.tenant_id, APIToken.custom_role_id == row.id
    )


def _view(session: Session, row: CustomRole) -> OwnRole:
    people = session.scalars(
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == row.tenant_id, Membership.custom_role_id == row.id)
        .order_by(Person.name)
    )
    tokens = session.scalars(_tokens_of(row).order_by(APIToken.name))
    return OwnRole(
        id=row.id,
        name=row.name,
        based_on=row.based_on.value,
        permissions=frozenset(row.permissions),
        members=tuple(people),
        tokens=tuple(one.name for one in tokens),
    )


def _note(
    session: Session,
    row: CustomRole,
    action: str,
    *,
    now: datetime,
    taken_away: list[str] | None = None,
) -> None:
    facts = {"based_on": row.based_on.value, "permissions": list(row.permissions)}
    if taken_away:
        facts["taken_away"] = taken_away
    about = About(kind="role", id=row.id, name=row.name)
    note(session, row.tenant_id, action, now=now, about=about, facts=facts)
