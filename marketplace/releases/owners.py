"""The organisations behind releases: what they are called, and who belongs to them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from tenancy.members import list_members
from tenancy.organisations import get_organisation


def organisation_name(session: Session, organisation_id: UUID) -> str:
    """Give what an organisation is called; "" where it is gone: what it published stays."""
    try:
        return get_organisation(session, organisation_id).name
    except NotFoundError:
        return ""


def belongs_to(session: Session, organisation_id: UUID, person_id: UUID) -> bool:
    """Tell whether a person is a member of an organisation."""
    return any(one.person_id == person_id for one in list_members(session, organisation_id))
