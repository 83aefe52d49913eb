"""Who stands where in the marketplace: whose listing, whose CSP, which vendor.

A listing belongs to the organisation whose claim of its namespace the vendor verified (`acme.lamp`
to whose `acme` is), so nobody can price what is another's.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import InvalidError, Problem
from marketplace.money.rating import Parties
from marketplace.releases.publishers import owner_of_namespace, owners_of_namespaces
from tenancy._tables import Environment, Organisation
from tenancy.organisations import OrganisationView, ancestors_of, get_organisation

_LISTING = re.compile(r"[a-z][a-z0-9-]{0,39}\.[a-z][a-z0-9-]{0,39}")


def checked_listing(listing_id: str) -> str:
    """Give a listing's id; raises InvalidError where it is none."""
    if not _LISTING.fullmatch(listing_id):
        message = "listing_id: write the id of a block or pack, such as acme.link-probe"
        raise InvalidError(message, problems=[Problem("/listing_id", message)])
    return listing_id


def owner_of(session: Session, listing_id: str) -> UUID | None:
    """Give whose listing it is; None where nobody of this installation publishes it."""
    return owner_of_namespace(session, listing_id.partition(".")[0])


def owners_of(session: Session, listing_ids: Collection[str]) -> dict[str, UUID]:
    """Give whose each of some listings is; those that nobody publishes here are left out."""
    namespaces = {one: one.partition(".")[0] for one in listing_ids}
    owners = owners_of_namespaces(session, set(namespaces.values()))
    return {one: owners[name] for one, name in namespaces.items() if name in owners}


def csp_of(session: Session, used_by: UUID) -> OrganisationView | None:
    """Give the CSP that pays for what an organisation uses; None where nobody does.

    That is so of an environment, a vendor and an integrator.
    """
    if session.get(Environment, used_by) is not None:
        return None
    line = [get_organisation(session, used_by), *ancestors_of(session, used_by)]
    csp = next((one for one in line if one.kind == "csp"), None)
    return csp if csp is not None and csp.parent_id is not None else None


def parties_of(session: Session, used_by: UUID, listing_id: str) -> Parties | None:
    """Give whom a use is between.

    None where nobody owes anybody: the listing has no publisher here, or what uses it is an
    environment, a vendor or an integrator.
    """
    publisher_id = owner_of(session, listing_id)
    csp = csp_of(session, used_by) if publisher_id is not None else None
    if publisher_id is None or csp is None or csp.parent_id is None:
        return None
    return Parties(
        customer_id=used_by if used_by != csp.id else None,
        csp_id=csp.id,
        publisher_id=publisher_id,
        vendor_id=csp.parent_id,
    )


def names_of(session: Session, ids: set[UUID]) -> dict[UUID, OrganisationView]:
    """Give the organisations of some ids that are there still."""
    rows = session.scalars(select(Organisation.id).where(Organisation.id.in_(ids)))
    return {one: get_organisation(session, one) for one in rows}
