"""Why a customer sees this version of a listing: a customer is chosen, the decisions are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from kernel.acting import Acting
from kernel.clock import utc_now
from kernel.errors import NotFoundError
from kernel.http import acting, address_with, db_session, page_of, render, require
from marketplace.catalogue import curating, looking
from marketplace.catalogue.resolving import Line, Resolved
from marketplace.catalogue.store import NOT_THERE, require_curator
from tenancy.customers.charge import CustomerFilter, get_customer, list_customers, place_of
from tenancy.customers.listing import names_of
from tenancy.organisations import OrganisationView

bp = Blueprint(
    "catalogue_explained", __name__, url_prefix="/t/<tenant>/marketplace/catalogue/listings"
)
AT_THE_END = "In the end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """How a listing came to a customer: the lines in their order, each with who decided."""

    customer: OrganisationView
    resolved: Resolved
    lines: tuple[tuple[str, Line], ...]


@bp.get("/<listing_id>/why")
@require("catalogue.view")
def explain(listing_id: str) -> Response:
    """Show the decisions that led to what a customer is offered, or let one be chosen."""
    session, who, now = db_session(), acting(), utc_now()
    require_curator(who)
    above = curating.what_comes_down(session, who, listing_id, now=now)
    asked = request.args.get("customer", "")
    customer = get_customer(session, who, _id(asked)) if asked else None
    found, more = page_of(_customers, place_of, default=25)
    return render(
        "marketplace/catalogue/why.html",
        above=above,
        listing_id=listing_id,
        explained=_explained(session, who, listing_id, customer, now=now) if customer else None,
        customers=found,
        q=request.args.get("q", ""),
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


def _customers(limit: int, after: list[str] | None) -> list[OrganisationView]:
    wanted = CustomerFilter(q=request.args.get("q", ""))
    return list_customers(db_session(), acting(), wanted, limit=limit, after=after)


def _explained(
    session: Session, who: Acting, listing_id: str, customer: OrganisationView, *, now: datetime
) -> Explained:
    sight = looking.sight_of(session, who, customer.id)
    resolved = looking.look_up(session, sight, listing_id, now=now)
    names = names_of(session, list(sight.tree.path))
    called = [names.get(one, "") for one in sight.tree.path] + [AT_THE_END]
    lines = tuple((called[one.level], one) for one in resolved.lines)
    return Explained(customer=customer, resolved=resolved, lines=lines)


def _id(text: str) -> UUID:
    """Read which customer is meant; an address that names none leads nowhere."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError(NOT_THERE) from None
