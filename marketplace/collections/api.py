"""Collections over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, expected_revision, json_body, page_of, require
from kernel.rest import FLAG, ID, INSTANT, TEXT, WHOLE, describe, listed, many, shape
from kernel.schema import Schema
from marketplace.collections import keeping, reading
from marketplace.collections._tables import SUMMARY_MAX, TITLE_MAX
from marketplace.collections.model import LISTINGS_MAX, Wanted
from marketplace.collections.reading import CollectionView
from marketplace.search.model import LISTING_ID_MAX

api = Blueprint("market_collections_api", __name__, url_prefix="/api/v1/marketplace/collections")
_WANTED = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["title", "listings"],
        "properties": {
            "title": {"type": "string", "minLength": 1, "maxLength": TITLE_MAX},
            "summary": {"type": "string", "maxLength": SUMMARY_MAX},
            "listings": {
                "type": "array",
                "minItems": 1,
                "maxItems": LISTINGS_MAX,
                "items": {"type": "string", "maxLength": LISTING_ID_MAX},
            },
        },
    }
)
_ENTRY = shape("MarketCollectionListing", listing=TEXT, title=TEXT, summary=TEXT)
COLLECTION = shape(
    "MarketCollection",
    id=ID,
    title=TEXT,
    summary=TEXT,
    owner=TEXT,
    own=FLAG,
    listings=many(_ENTRY),
    not_seen=WHOLE,
    revision=WHOLE,
    changed_at=INSTANT,
)


@api.get("")
@describe(query={"q": TEXT}, pages=True, answer=listed(COLLECTION))
@require("blocks.view")
def list_collections() -> Response:
    """List the collections of which the organisation sees any listing, by title."""
    found, more = page_of(
        lambda limit, after: reading.list_collections(
            db_session(), acting().tenant_id, q=request.args.get("q", ""), limit=limit, after=after
        ),
        reading.place_of,
    )
    return jsonify(items=[collection_document(one) for one in found], next_cursor=more)


@api.post("")
@describe(body=_WANTED, answer=COLLECTION, status=201, is_tagged=True)
@require("blocks.view")
def make_collection() -> Response:
    """Make a collection: of the vendor's reviewers, a provider's curators, or a publisher's."""
    made = keeping.make_collection(db_session(), acting(), _wanted(), now=utc_now())
    response = _answer(made)
    response.status_code = 201
    where = url_for("market_collections_api.get_collection", collection_id=made.id)
    response.headers["Location"] = where
    return response


@api.get("/<uuid:collection_id>")
@describe(answer=COLLECTION, is_tagged=True)
@require("blocks.view")
def get_collection(collection_id: UUID) -> Response:
    """Give one collection, with the listings that the organisation sees."""
    return _answer(reading.get_collection(db_session(), acting().tenant_id, collection_id))


@api.put("/<uuid:collection_id>")
@describe(body=_WANTED, answer=COLLECTION, is_tagged=True, needs_tag=True)
@require("blocks.view")
def change_collection(collection_id: UUID) -> Response:
    """Change one's own collection, if it is still the one that `If-Match` names."""
    revision = expected_revision("collection")
    return _answer(
        keeping.change_collection(
            db_session(), acting(), collection_id, _wanted(), revision=revision, now=utc_now()
        )
    )


@api.delete("/<uuid:collection_id>")
@describe(status=204)
@require("blocks.view")
def remove_collection(collection_id: UUID) -> Response:
    """Remove one's own collection; the listings stay."""
    keeping.remove_collection(db_session(), acting(), collection_id, now=utc_now())
    return Response(status=204)


def collection_document(one: CollectionView) -> dict[str, Any]:
    """Write a collection as JSON."""
    return {
        "id": str(one.id),
        "title": one.title,
        "summary": one.summary,
        "owner": one.owner_name,
        "own": one.is_own,
        "listings": [
            {"listing": entry.listing_id, "title": entry.title, "summary": entry.summary}
            for entry in one.entries
        ],
        "not_seen": one.hidden,
        "revision": one.revision,
        "changed_at": format_instant(one.changed_at),
    }


def _wanted() -> Wanted:
    body = json_body()
    _WANTED.require(body, "a collection has a title, listings, and a summary where you like")
    return Wanted(
        title=body["title"], summary=body.get("summary", ""), listings=tuple(body["listings"])
    )


def _answer(one: CollectionView) -> Response:
    response = jsonify(collection_document(one))
    response.set_etag(str(one.revision))
    return response
