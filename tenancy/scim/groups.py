"""Groups of SCIM: each role of the organisation is one, and a member is in the one of theirs.

A member has one role. Whoever is put into another group leaves the one before; whoever is taken out
of theirs is a viewer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from tenancy.audit.trail import note
from tenancy.custom_roles.holding import require_role
from tenancy.invitations._tables import Invitation
from tenancy.invitations.store import about_of
from tenancy.members import roles_of
from tenancy.membership.changing import change_role
from tenancy.scim.changing import LEAST
from tenancy.scim.directory import Entry, active_users, find_user, read_id
from tenancy.scim.documents import group_id
from tenancy.scim.errors import NoTargetError


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A role with those who have it, or are invited as it."""

    word: str
    name: str
    members: list[Entry]


def list_groups(session: Session, tenant_id: UUID, *, now: datetime) -> list[Group]:
    """List the roles that can be given here, in their order."""
    users = active_users(session, tenant_id, now=now)
    return [
        Group(word=word, name=name, members=[one for one in users if one.role == word])
        for word, name in roles_of(session, tenant_id)
    ]


def get_group(session: Session, tenant_id: UUID, key: str, *, now: datetime) -> Group:
    """Give one by its id; raises NotFoundError."""
    for one in list_groups(session, tenant_id, now=now):
        if group_id(one.word) == key:
            return one
    raise NotFoundError("no such group")


def set_members(
    session: Session, tenant_id: UUID, group: Group, ids: Iterable[str], *, now: datetime
) -> None:
    """Let a group have these members and no others; those who come are dealt with first.

    Raises:
        NoTargetError: one of them is no user.
        ConflictError: nobody would be admin any more.
    """
    before = {str(one.id): one for one in group.members}
    wanted = list(dict.fromkeys(ids))
    for user_id in wanted:
        if user_id not in before:
            entry = _found(session, tenant_id, user_id, now=now)
            _give(session, tenant_id, entry, group.word, now=now)
    for user_id, entry in before.items():
        if user_id not in wanted and group.word != LEAST:
            _give(session, tenant_id, entry, LEAST, now=now)


def _found(session: Session, tenant_id: UUID, text: str, *, now: datetime) -> Entry:
    user_id = read_id(text)
    found = find_user(session, tenant_id, user_id, now=now) if user_id is not None else None
    if found is None:
        raise NoTargetError(f"members: {text[:80]!r} is the id of no user")
    return found


def _give(session: Session, tenant_id: UUID, entry: Entry, word: str, *, now: datetime) -> None:
    """Give a role: to a member at once, to others for when they come."""
    if entry.membership is not None:
        change_role(session, tenant_id, entry.membership.person_id, word, now=now)
    if entry.row is None:
        return
    require_role(session, tenant_id, word)
    entry.row.role = word
    invited = entry.standing == "invited" and entry.row.invitation_id is not None
    invitation = session.get(Invitation, entry.row.invitation_id) if invited else None
    if invitation is not None and invitation.role != word:
        facts = {"before": invitation.role, "after": word}
        invitation.role = word
        about = about_of(invitation)
        note(session, tenant_id, "invitation.role_changed", now=now, about=about, facts=facts)
    session.flush()
