"""What an organisation asks of its own members: whether what one changed, another must put live."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import ConflictError
from tenancy._tables import OrganisationPolicy


class SecondPersonError(ConflictError):
    """What was changed has to be put live by somebody else."""

    code = "tenancy.second_person"


def needs_two_people(session: Session, tenant_id: UUID) -> bool:
    """Tell whether what one person changed has to be put live by another."""
    row = session.get(OrganisationPolicy, tenant_id)
    return row is not None and row.needs_two_people


def set_two_people(
    session: Session, tenant_id: UUID, *, needed: bool, by: str, now: datetime
) -> None:
    """Say whether what one person changed has to be put live by another."""
    row = session.get(OrganisationPolicy, tenant_id)
    if row is None:
        row = OrganisationPolicy(tenant_id=tenant_id)
        session.add(row)
    row.needs_two_people, row.changed_at, row.changed_by = needed, now, by[:200]
    session.flush()


def require_second_person(
    session: Session,
    tenant_id: UUID,
    *,
    changed_by: UUID | None,
    publishes: UUID | None,
    name: str,
) -> None:
    """Refuse that a person puts live what they changed, where the organisation asks for two.

    Args:
        session: The caller's.
        tenant_id: Whose.
        changed_by: Who answers for the last change; None where that is not known.
        publishes: Who answers for putting it live; None for nobody, which is no second person.
        name: Who changed it last, for the message.

    Raises:
        SecondPersonError: saying who has to do it.
    """
    if not needs_two_people(session, tenant_id):
        return
    if publishes is None or publishes == changed_by:
        raise SecondPersonError(
            f"{name or 'somebody'} changed it last, and here a second person has to put it live: "
            "ask a colleague who may"
        )
