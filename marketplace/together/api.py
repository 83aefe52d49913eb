"""What works with a listing, over REST."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from kernel.http import acting, db_session, require
from kernel.rest import TEXT, TEXTS, WHOLE, describe, many, shape
from marketplace.together.reading import Partner, works_with

api = Blueprint("market_together_api", __name__, url_prefix="/api/v1/marketplace/listings")
_PARTNER = shape(
    "WorksWithListing",
    listing=TEXT,
    title=TEXT,
    summary=TEXT,
    ports=TEXTS,
    organisations=WHOLE,
)
WORKS_WITH = shape("WorksWith", after=many(_PARTNER), before=many(_PARTNER))


@api.get("/<listing_id>/works-with")
@describe(answer=WORKS_WITH)
@require("blocks.view")
def show_works_with(listing_id: str) -> Response:
    """Tell what follows a listing in live workflows and what precedes it, across organisations.

    Only what at least five organisations have, in numbers, and only what the asker may see.
    """
    found = works_with(db_session(), acting().tenant_id, listing_id)
    return jsonify(
        after=[_document(one) for one in found.after],
        before=[_document(one) for one in found.before],
    )


def _document(one: Partner) -> dict[str, Any]:
    return {
        "listing": one.listing_id,
        "title": one.title,
        "summary": one.summary,
        "ports": list(one.ports),
        "organisations": one.organisations,
    }
