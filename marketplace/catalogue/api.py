"""Catalogues over REST: what is offered and why."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, page_of, require
from kernel.rest import ID, TEXT, describe, listed
from marketplace.catalogue import looking, shapes
from marketplace.catalogue.reading import require_listing_id

api = Blueprint("catalogue_api", __name__, url_prefix="/api/v1/catalogue")


@api.get("/offers")
@describe(query={"customer": ID, "q": TEXT}, answer=listed(shapes.OFFER), pages=True)
@require("blocks.view")
def list_offers() -> Response:
    """List what the acting organisation is offered, or a `customer` of it, by the listing's id.

    A provider that names nobody sees all that it offers. `q` looks in ids, titles and summaries.
    """
    session, sight, now = db_session(), _sight(), utc_now()
    q = request.args.get("q", "")
    found, more = page_of(
        lambda limit, after: looking.list_offers(
            session, sight, q=q, limit=limit, after=after[0] if after else "", now=now
        ),
        lambda one: [one.listing_id],
        parts=1,
    )
    return jsonify(items=[shapes.offer_document(one) for one in found], next_cursor=more)


@api.get("/resolve")
@describe(
    query={"listing": {**TEXT, "required": True}, "customer": ID}, answer=shapes.RESOLVED
)  # fmt: skip
@require("blocks.view")
def resolve() -> Response:
    """Say which version of a listing is offered, with which settings, and by which decisions.

    `lines` tell the reader's own decisions and those of whoever stands below it, never of whoever
    stands above: `level` 0 is the CSP's. What does not come down to the reader is answered 404.
    """
    listing_id = request.args.get("listing", "")
    require_listing_id(listing_id)
    found = looking.look_up(db_session(), _sight(), listing_id, now=utc_now())
    return jsonify(shapes.resolved_document(found))


@api.get("/bundles")
@describe(query={"customer": ID}, answer=listed(shapes.OFFERED_BUNDLE))
@require("blocks.view")
def list_bundles() -> Response:
    """List the bundles of which all members are offered, the nearest provider's first."""
    found = looking.list_bundles(db_session(), _sight(), now=utc_now())
    return jsonify(items=[shapes.bundle_document(one) for one in found], next_cursor=None)


def _sight() -> looking.Sight:
    asked = request.args.get("customer", "")
    return looking.sight_of(db_session(), acting(), _id(asked) if asked else None)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        told = "customer: the id of one of your customers"
        raise InvalidError(told, problems=[Problem("/customer", told)]) from None
