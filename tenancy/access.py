"""Who may act where: the facts the web edge needs of a person in an organisation."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.acting import Acting, Delegated
from tenancy._tables import Membership, Organisation, Person
from tenancy.custom_roles.holding import held
from tenancy.life_cycle.states import State
from tenancy.organisations import OrganisationView, find_by_slug, view_of
from tenancy.roles import permissions_of, possible_in


def acting_for(session: Session, person_id: UUID, slug: str) -> Acting | None:
    """Give the facts of a member; None where it is closed, not there or not theirs."""
    organisation = find_by_slug(session, slug)
    if organisation is None or organisation.state == State.CLOSED.value:
        return None
    return acting_in_organisation(session, person_id, organisation)


def acting_in_organisation(
    session: Session, person_id: UUID, organisation: OrganisationView
) -> Acting | None:
    """Give the facts of a member; None where the person is none, or may not sign in."""
    found = session.execute(
        select(Membership.role, Membership.custom_role_id, Person.name)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.person_id == person_id,
            Person.is_active,
        )
    ).first()
    if found is None:
        return None
    role = found.role.value
    facts = {"role": role, "person_id": person_id, "name": found.name}
    if found.custom_role_id is None:
        return facts_of(organisation, **facts)
    own = held(session, organisation.id, found.role, found.custom_role_id)
    return facts_of(organisation, **facts, role_name=own.name, permissions=own.permissions)


def facts_of(  # noqa: PLR0913  who, as what, and by which grant
    organisation: OrganisationView,
    *,
    role: str,
    person_id: UUID | None,
    name: str,
    role_name: str = "",
    permissions: frozenset[str] | None = None,
    delegated: Delegated | None = None,
) -> Acting:
    """Put the facts of an actor together; `permissions` where the role is not a built-in one's."""
    granted = permissions_of(role) if permissions is None else permissions
    return Acting(
        tenant_id=organisation.id,
        tenant_slug=organisation.slug,
        tenant_name=organisation.name,
        tenant_kind=organisation.kind,
        person_id=person_id,
        person_name=name,
        role=role,
        permissions=granted & possible_in(organisation.kind),
        vouched_by=person_id,
        role_name=role_name,
        delegated=delegated,
        tenant_state=organisation.state,
        tenant_until=organisation.state_until,
    )


def organisations_of(session: Session, person_id: UUID) -> list[OrganisationView]:
    """List the organisations a person is a member of, by name; closed ones are left out."""
    rows = session.scalars(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person_id, Organisation.state != State.CLOSED)
        .order_by(Organisation.name)
    )
    return [view_of(row) for row in rows]
