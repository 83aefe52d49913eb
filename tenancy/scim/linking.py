"""Ties what a directory said of somebody to the person who came."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from tenancy.scim._tables import ScimUser


def link_joined(
    session: Session,
    tenant_id: UUID,
    *,
    email: str,
    person_id: UUID,
    invitation_id: UUID | None = None,
) -> None:
    """Note who joined, where a directory wanted them; in the tenant's scope.

    Args:
        session: Bound to the tenant.
        tenant_id: The organisation that they joined.
        email: The address that is theirs, which was proven.
        person_id: Who they are.
        invitation_id: The invitation that they accepted, if they came by one.
    """
    theirs = [ScimUser.email == email]
    if invitation_id is not None:
        theirs.append(ScimUser.invitation_id == invitation_id)
    session.execute(
        update(ScimUser)
        .where(
            ScimUser.tenant_id == tenant_id,
            or_(
                ScimUser.person_id == person_id,
                ScimUser.person_id.is_(None) & or_(*theirs),
            ),
        )
        .values(person_id=person_id, is_active=True)
    )


def is_ended(session: Session, tenant_id: UUID, *, email: str, person_id: UUID | None) -> bool:
    """Tell whether a directory ended the user who somebody is; in the tenant's scope.

    A user whom nobody accepted to be yet is known by the address alone.
    """
    theirs: list[ColumnElement[bool]] = [ScimUser.person_id.is_(None) & (ScimUser.email == email)]
    if person_id is not None:
        theirs.append(ScimUser.person_id == person_id)
    wanted = select(ScimUser.id).where(
        ScimUser.tenant_id == tenant_id, ScimUser.is_active.is_(False), or_(*theirs)
    )
    return session.scalar(wanted.limit(1)) is not None
