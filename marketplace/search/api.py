"""Listings of the marketplace over REST: searching them, and one by its id."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, jsonify, request

from kernel.asked import must_be
from kernel.clock import utc_now
from kernel.cursors import decode_cursor
from kernel.http import acting, db_session, page_limit, require
from kernel.rest import describe
from marketplace.money.asking import pays_publishers, prices_for
from marketplace.money.telling import kind_of
from marketplace.search import shapes
from marketplace.search.asking import read_query
from marketplace.search.finding import PLACE_PARTS, find, get_listing
from marketplace.search.model import PRICE, PriceKind
from marketplace.search.seeing import visible_to

api = Blueprint("market_search_api", __name__, url_prefix="/api/v1/marketplace/listings")


@api.get("")
@describe(query=shapes.QUERY, pages=True, answer=shapes.FOUND)
@require("blocks.view")
def list_listings() -> Response:
    """Search the marketplace: words (q; slips are forgiven), facets and an order.

    A facet may be given several times: any of its values fits, and every facet has to. `price` of
    a listing is how the acting organisation pays for it; a customer does not narrow by it.
    """
    session, tenant_id = db_session(), acting().tenant_id
    query, pays = read_query(request.args), pays_publishers(session, tenant_id)
    if not pays and PRICE in query.chosen:
        raise must_be(PRICE, "left out: what a provider asks its customers is not searched by")
    found = find(
        session,
        query,
        visible=visible_to(session, tenant_id),
        limit=page_limit(),
        after=decode_cursor(request.args.get("cursor"), parts=PLACE_PARTS),
    )
    prices = _prices([one.listing_id for one in found.entries])
    return jsonify(shapes.found_document(found, prices, left_out=() if pays else (PRICE,)))


@api.get("/<listing_id>")
@describe(answer=shapes.LISTING)
@require("blocks.view")
def get_one(listing_id: str) -> Response:
    """Give one listing by the id of its block or pack."""
    session = db_session()
    visible = visible_to(session, acting().tenant_id)
    entry = get_listing(session, listing_id, visible=visible)
    return jsonify(shapes.listing_document(entry, _prices([listing_id])[listing_id]))


def _prices(listing_ids: Sequence[str]) -> dict[str, PriceKind]:
    """Tell how the acting organisation pays for some listings."""
    asked = prices_for(db_session(), acting().tenant_id, listing_ids, now=utc_now())
    return {name: kind_of(one.now) for name, one in asked.items()}
