"""Ratings over REST: reading, giving, answering, reporting, and what reviewers decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, json_body, page_of, require
from kernel.rest import choice, describe, listed
from marketplace.proven.figures import used_by
from marketplace.ratings import answering, giving, reading, reporting, shapes
from marketplace.ratings.model import STARS, Given
from marketplace.releases.api import who

api = Blueprint("market_ratings_api", __name__, url_prefix="/api/v1/marketplace")
_STARS = {"stars": choice(*(str(one) for one in STARS))}
_WHICH = {"state": choice("waiting", "hidden")}


@api.get("/listings/<listing_id>/rating")
@describe(answer=shapes.STANDING)
@require("blocks.view")
def get_rating(listing_id: str) -> Response:
    """Say how a listing is rated, and whether the organisation may rate it: if not, why."""
    return jsonify(_standing(listing_id))


@api.put("/listings/<listing_id>/rating")
@describe(body=shapes.GIVEN, answer=shapes.RATING)
@require(giving.PERMISSION)
def rate(listing_id: str) -> Response:
    """Rate a listing, or change the organisation's rating; 409 where its use is not proven."""
    body = json_body()
    shapes.GIVEN.require(body, "a rating has stars, and words and signed where you like")
    given = Given(
        stars=body["stars"], words=body.get("words", ""), is_signed=body.get("signed", False)
    )
    made = giving.rate(db_session(), acting(), listing_id, given, now=utc_now())
    return jsonify(shapes.rating_document(made))


@api.delete("/listings/<listing_id>/rating")
@describe(status=204)
@require(giving.PERMISSION)
def take_back(listing_id: str) -> Response:
    """Take the organisation's rating back, with its words and the answer; a hidden one stays."""
    giving.take_back(db_session(), acting(), listing_id, now=utc_now())
    return Response(status=204)


@api.get("/listings/<listing_id>/ratings")
@describe(query=_STARS, pages=True, answer=listed(shapes.RATING))
@require("blocks.view")
def list_ratings(listing_id: str) -> Response:
    """List the ratings of a listing, what changed last first; `stars` narrows them."""
    found, more = page_of(
        lambda limit, after: reading.list_ratings(
            db_session(),
            acting().tenant_id,
            listing_id,
            stars=read_stars(),
            limit=limit,
            after=after,
        ),
        reading.place_of,
    )
    return jsonify(items=[shapes.rating_document(one) for one in found], next_cursor=more)


@api.post("/ratings/<uuid:rating_id>/answer")
@describe(body=shapes.ANSWER, answer=shapes.RATING)
@require("releases.edit")
def answer(rating_id: UUID) -> Response:
    """Answer a rating of one's own listing; once, and again when it was changed."""
    body = json_body()
    shapes.ANSWER.require(body, "an answer has text")
    made = answering.answer(db_session(), acting(), rating_id, body["text"], now=utc_now())
    return jsonify(shapes.rating_document(made))


@api.post("/ratings/<uuid:rating_id>/report")
@describe(body=shapes.REASON, status=204)
@require("blocks.edit")
def report(rating_id: UUID) -> Response:
    """Say that a rating should not be shown, and why; the vendor's reviewers decide."""
    reporting.report(db_session(), acting(), rating_id, _reason(), now=utc_now())
    return Response(status=204)


@api.get("/ratings/reported")
@describe(query=_WHICH, pages=True, answer=listed(shapes.REPORTED))
@require("reviews.view")
def list_reported() -> Response:
    """List the ratings that were reported and wait, or with state=hidden those that are hidden."""
    found, more = page_of(
        lambda limit, after: reporting.list_reported(
            db_session(), hidden=read_hidden(), limit=limit, after=after
        ),
        reporting.place_of,
    )
    return jsonify(items=[shapes.reported_document(one) for one in found], next_cursor=more)


@api.post("/ratings/<uuid:rating_id>/hide")
@describe(body=shapes.REASON, answer=shapes.RATING)
@require("reviews.decide")
def hide(rating_id: UUID) -> Response:
    """Show a rating to nobody but who gave it, with the reason; it counts no more."""
    made = reporting.hide(*_vendor(), rating_id, _reason(), **who())
    return jsonify(shapes.rating_document(made))


@api.post("/ratings/<uuid:rating_id>/show")
@describe(answer=shapes.RATING)
@require("reviews.decide")
def show_again(rating_id: UUID) -> Response:
    """Show a hidden rating again."""
    made = reporting.show_again(*_vendor(), rating_id, **who())
    return jsonify(shapes.rating_document(made))


@api.post("/ratings/<uuid:rating_id>/leave")
@describe(answer=shapes.RATING)
@require("reviews.decide")
def leave(rating_id: UUID) -> Response:
    """Leave a reported rating as it is: what was said against it waits no more."""
    made = reporting.leave(*_vendor(), rating_id, **who())
    return jsonify(shapes.rating_document(made))


def read_stars() -> int | None:
    """Read which stars are asked for; None for all. Raises InvalidError."""
    said = request.args.get("stars", "")
    if said and said not in map(str, STARS):
        told = "stars: write 1 to 5, or leave it out for all"
        raise InvalidError(told, problems=[Problem("/stars", told)])
    return int(said) if said else None


def read_hidden() -> bool:
    """Read whether hidden ratings are asked for. Raises InvalidError."""
    said = request.args.get("state", "") or "waiting"
    if said not in ("waiting", "hidden"):
        told = "state: write waiting or hidden"
        raise InvalidError(told, problems=[Problem("/state", told)])
    return said == "hidden"


def _standing(listing_id: str) -> dict[str, Any]:
    session = db_session()
    found = giving.may_rate(session, acting(), listing_id, now=utc_now())
    summary = reading.rating_of(session, listing_id)
    return shapes.standing_document(
        listing_id, summary, found, used_by=used_by(session, listing_id)
    )


def _reason() -> str:
    body = json_body()
    shapes.REASON.require(body, "say the reason")
    return str(body["reason"])


def _vendor() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
