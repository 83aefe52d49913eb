"""What members may do and that they belong, changed, and noted in the audit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import acting_in
from kernel.errors import NotFoundError
from tenancy import members
from tenancy.audit.trail import About, note
from tenancy.membership.listing import Listed, get_listed


def get_member(session: Session, tenant_id: UUID, person_id: UUID) -> Listed:
    """Give one member; raises NotFoundError."""
    found = get_listed(session, tenant_id, person_id)
    if found is None:
        raise NotFoundError("no such member")
    return found


def change_role(
    session: Session, tenant_id: UUID, person_id: UUID, role: str, *, now: datetime
) -> Listed:
    """Change what a member may do; raises as `members.change_role` does."""
    before = get_member(session, tenant_id, person_id)
    members.change_role(session, tenant_id, person_id, role)
    if before.role != role:
        facts = {"before": before.role, "after": role}
        note(session, tenant_id, "member.role_changed", now=now, about=_about(before), facts=facts)
    return get_member(session, tenant_id, person_id)


def remove(session: Session, tenant_id: UUID, person_id: UUID, *, now: datetime) -> Listed:
    """End a membership, one's own or another's; raises as `members.remove_member` does."""
    before = get_member(session, tenant_id, person_id)
    members.remove_member(session, tenant_id, person_id)
    who = acting_in(session, tenant_id)
    leaves = who is not None and who.person_id == person_id
    facts = {"role": before.role, "email": before.email}
    action = "member.left" if leaves else "member.removed"
    note(session, tenant_id, action, now=now, about=_about(before), facts=facts)
    return before


def _about(member: Listed) -> About:
    return About(kind="member", id=member.person_id, name=member.name)
