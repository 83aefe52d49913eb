"""Listings of the marketplace over REST: searching them, and one by its id."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from kernel.cursors import decode_cursor
from kernel.http import acting, db_session, page_limit, require
from kernel.rest import describe
from marketplace.search import shapes
from marketplace.search.asking import read_query
from marketplace.search.finding import PLACE_PARTS, find, get_listing
from marketplace.search.seeing import visible_to

api = Blueprint("market_search_api", __name__, url_prefix="/api/v1/marketplace/listings")


@api.get("")
@describe(query=shapes.QUERY, pages=True, answer=shapes.FOUND)
@require("blocks.view")
def list_listings() -> Response:
    """Search the marketplace: words (q; slips are forgiven), facets and an order.

    A facet may be given several times: any of its values fits, and every facet has to.
    """
    session = db_session()
    found = find(
        session,
        read_query(request.args),
        visible=visible_to(session, acting().tenant_id),
        limit=page_limit(),
        after=decode_cursor(request.args.get("cursor"), parts=PLACE_PARTS),
    )
    return jsonify(shapes.found_document(found))


@api.get("/<listing_id>")
@describe(answer=shapes.LISTING)
@require("blocks.view")
def get_one(listing_id: str) -> Response:
    """Give one listing by the id of its block or pack."""
    session = db_session()
    visible = visible_to(session, acting().tenant_id)
    return jsonify(shapes.listing_document(get_listing(session, listing_id, visible=visible)))
