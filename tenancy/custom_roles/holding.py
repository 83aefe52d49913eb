"""Which role somebody or something holds, and what it lets do: the one place that reads it.

A role is written as one text: a built-in role's word, or `custom:` and the id of the
organisation's own. A member's row keeps the built-in role that it counts as and, beside it, the
id of the own one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import acting_in
from kernel.errors import ForbiddenError, InvalidError, Problem
from kernel.ids import new_id
from tenancy.custom_roles._tables import CustomRole
from tenancy.organisations import get_organisation
from tenancy.roles import PERMISSIONS, ROLES_OF_KIND, Role, permissions_of, possible_in
from tenancy.scope import as_tenant

OWN = "custom:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A role as it is held: what it counts as, what it is called, and what it lets do."""

    role: Role
    name: str
    permissions: frozenset[str]
    own_id: UUID | None = None

    @property
    def word(self) -> str:
        """The text by which the role is given."""
        return f"{OWN}{self.own_id}" if self.own_id is not None else self.role.value


def built_in(role: Role) -> Held:
    """Give a role that is there for everybody."""
    return Held(role=role, name=role.value, permissions=permissions_of(role))


def held(session: Session, organisation_id: UUID, role: Role, own_id: UUID | None) -> Held:
    """Give the role of a row: of a member, or of a token."""
    if own_id is None:
        return built_in(role)
    with as_tenant(session, organisation_id):
        row = session.scalar(
            select(CustomRole).where(
                CustomRole.id == own_id, CustomRole.tenant_id == organisation_id
            )
        )
    if row is None:
        return Held(role=role, name="no role", permissions=frozenset(), own_id=own_id)
    return _of(row)


def own_roles(session: Session, organisation_id: UUID) -> dict[UUID, Held]:
    """Give the roles that an organisation made for itself, by their ids, in their names' order."""
    with as_tenant(session, organisation_id):
        rows = session.scalars(
            select(CustomRole)
            .where(CustomRole.tenant_id == organisation_id)
            .order_by(CustomRole.name)
        ).all()
    return {row.id: _of(row) for row in rows}


def roles_to_give(session: Session, organisation_id: UUID) -> list[tuple[str, str]]:
    """List the roles that can be given here: the text of each, and what it is called."""
    kind = get_organisation(session, organisation_id).kind
    own = own_roles(session, organisation_id).values()
    return [
        *((one.value, one.value) for one in ROLES_OF_KIND[kind]),
        *((one.word, one.name) for one in own),
    ]


def require_role(
    session: Session, organisation_id: UUID, word: str, *, also: Sequence[Role] = ()
) -> Held:
    """Give the role of a text, for a member, a token or an invitation.

    `also` are the built-in roles that can be given beside those of members.

    Raises:
        InvalidError: there is no such role here.
        ForbiddenError: it lets do what who acts may not do themselves.
    """
    kind = get_organisation(session, organisation_id).kind
    known = [
        *(built_in(one) for one in (*ROLES_OF_KIND[kind], *also)),
        *own_roles(session, organisation_id).values(),
    ]
    for one in known:
        if one.word == word:
            require_within(session, organisation_id, _reach(one.permissions, kind))
            return one
    message = "role: choose one of " + ", ".join(one.name for one in known)
    raise InvalidError(message, problems=[Problem("/role", message)])


def _reach(permissions: frozenset[str], kind: str) -> frozenset[str]:
    """Give all that a role leads to: who provisions members makes some that may do everything."""
    possible = possible_in(kind)
    return possible if "members.provision" in permissions else permissions & possible


def require_within(session: Session, organisation_id: UUID, permissions: frozenset[str]) -> None:
    """Refuse that somebody gives, or changes the role of somebody who has, more than they may.

    Nobody acts in a command of the installation's own: that one is not asked.
    """
    who = acting_in(session, organisation_id)
    if who is None or permissions <= who.permissions:
        return
    more = "; ".join(PERMISSIONS[one] for one in sorted(permissions - who.permissions)[:3])
    raise ForbiddenError(f"that role lets do what yours does not ({more}): ask an admin")


def name_of(session: Session, organisation_id: UUID, word: str) -> str:
    """Give what a role is called, by its text; the text of a role that is gone says nothing."""
    if not word.startswith(OWN):
        return word
    names = {one.word: one.name for one in own_roles(session, organisation_id).values()}
    return names.get(word, "a role that is gone")


def _of(row: CustomRole) -> Held:
    return Held(
        role=row.based_on,
        name=row.name,
        permissions=frozenset(row.permissions) & frozenset(PERMISSIONS),
        own_id=row.id,
    )


def copy_roles(session: Session, from_id: UUID, to_id: UUID) -> dict[str, str]:
    """Make an organisation's own roles in another that is new; give the text of each there."""
    with as_tenant(session, from_id):
        rows = session.scalars(select(CustomRole).where(CustomRole.tenant_id == from_id)).all()
    kept = ("name", "based_on", "permissions", "changed_at", "changed_by")
    words = {}
    with as_tenant(session, to_id):
        for row in rows:
            facts = {name: getattr(row, name) for name in kept}
            made = CustomRole(id=new_id(), tenant_id=to_id, **facts)
            session.add(made)
            words[f"{OWN}{row.id}"] = f"{OWN}{made.id}"
    return words
