"""How somebody of a provider acts in a customer by a grant: asked anew at every request.

Everything is looked at each time: the clock, the grant, the membership at the provider with its
permission, and that the provider still stands above the customer. Whatever of it ends, ends the
access at the next request.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting, Delegated
from tenancy.access import acting_for, acting_in_organisation, facts_of
from tenancy.delegation.reading import active_in, active_of, is_over
from tenancy.delegation.rules import ROLES, GrantView, permissions_given
from tenancy.life_cycle.states import State
from tenancy.organisations import OrganisationView, find_by_slug, get_organisation

USE = "support.use"


def acting_by_grant(
    session: Session, person_id: UUID, slug: str, *, now: datetime
) -> Acting | None:
    """Give the facts of a support person in a customer; None where no grant lets them in."""
    organisation = find_by_slug(session, slug)
    if organisation is None or organisation.state == State.CLOSED.value:
        return None
    mine = [
        one
        for one in active_in(session, organisation.id, now=now)
        if one.person_id in (None, person_id)
    ]
    for grant in sorted(mine, key=lambda one: ROLES.index(one.role), reverse=True):
        name = _name_at_provider(session, person_id, grant)
        if name:
            return _facts(organisation, grant, person_id, name)
    return None


def reachable(session: Session, person_id: UUID, *, now: datetime) -> list[GrantView]:
    """List the grants by which a person may act at this moment, by the customers' names."""
    found = [
        one
        for one in active_of(session, person_id, now=now)
        if _name_at_provider(session, person_id, one)
    ]
    return sorted(found, key=lambda one: one.customer.lower())


def still_holds(session: Session, who: Acting, *, now: datetime) -> bool:
    """Tell whether a membership or a grant still lets somebody in, for an answer in pieces."""
    if who.person_id is None:
        return True
    if who.delegated is None:
        return acting_for(session, who.person_id, who.tenant_slug) is not None
    found = acting_by_grant(session, who.person_id, who.tenant_slug, now=now)
    return found is not None and found.delegated == who.delegated


def _name_at_provider(session: Session, person_id: UUID, grant: GrantView) -> str:
    """Give the person's name when they do support at a provider above the customer, else ""."""
    provider = get_organisation(session, grant.provider_id)
    at_home = acting_in_organisation(session, person_id, provider)
    if at_home is None or not at_home.may(USE):
        return ""
    return at_home.person_name if is_over(session, provider.id, grant.customer_id) else ""


def _facts(organisation: OrganisationView, grant: GrantView, person_id: UUID, name: str) -> Acting:
    assert grant.ends_at is not None  # noqa: S101  one that holds ends at some time
    return facts_of(
        organisation,
        role=grant.role,
        person_id=person_id,
        name=f"{name} ({grant.provider} support)",
        permissions=permissions_given(grant.role),
        delegated=Delegated(
            grant_id=grant.id,
            home_id=grant.provider_id,
            home_name=grant.provider,
            until=grant.ends_at,
        ),
    )
