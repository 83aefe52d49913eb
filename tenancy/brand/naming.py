"""What an organisation reads as the name of a provider above it, which its brand may cover."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from tenancy.brand.model import Brand
from tenancy.brand.store import brand_for
from tenancy.organisations import OrganisationView, ancestors_of
from tenancy.plans.assigning import live_of

NO_NAME = "A provider above you"


def names_above(session: Session, tenant_id: UUID) -> dict[UUID, str]:
    """Give by id what each provider above an organisation, or above its live one, is called to it.

    Who chose the brand that comes down to it is called by that brand, and so is whoever stands
    behind that brand; who stands right above it is called by its own name otherwise, and so is the
    vendor where nobody chose a brand.
    """
    above = ancestors_of(session, live_of(session, tenant_id))
    if not above:
        return {}
    brand = brand_for(session, above[0].id)
    ids = [one.id for one in above]
    at = ids.index(brand.organisation_id) if brand.organisation_id in ids else len(ids)
    return {one.id: _called(one, brand, number, at) for number, one in enumerate(above)}


def _called(one: OrganisationView, brand: Brand, number: int, at: int) -> str:
    """Name the provider so many steps up, where the brand was chosen `at` so many."""
    if number >= at:
        return brand.name
    return one.name if number == 0 or one.kind == "vendor" else NO_NAME
