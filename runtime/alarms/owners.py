"""Who may be given an alarm on a page: the people of the organisation, by name."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from tenancy.members import list_members


def owner_choices(session: Session, tenant_id: UUID, present: str = "") -> list[tuple[str, str]]:
    """List what a form offers: nobody, the members, and the present owner where that is none.

    A program may name somebody else, a team or a desk: such an owner stays until it is changed.
    """
    names = {one.name for one in list_members(session, tenant_id)} | ({present} - {""})
    return [("", "Nobody"), *((name, name) for name in sorted(names, key=str.casefold))]
