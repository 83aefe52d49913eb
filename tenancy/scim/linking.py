"""Ties what a directory said of somebody to the person who came."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from tenancy.scim._tables import ScimUser


def link_joined(
    session: Session, tenant_id: UUID, *, invitation_id: UUID, email: str, person_id: UUID
) -> None:
    """Note who accepted an invitation, where a directory wanted them; in the tenant's scope."""
    session.execute(
        update(ScimUser)
        .where(
            ScimUser.tenant_id == tenant_id,
            or_(
                ScimUser.person_id == person_id,
                ScimUser.person_id.is_(None)
                & or_(ScimUser.invitation_id == invitation_id, ScimUser.email == email),
            ),
        )
        .values(person_id=person_id, is_active=True)
    )
