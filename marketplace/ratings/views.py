"""The page of a listing's ratings: how it is rated, by whom, and one's own; and what works with it.

What reviewers decide about reported ratings is `reported.views`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from marketplace.proven.figures import used_by
from marketplace.proven.model import DAYS, USES
from marketplace.ratings import answering, giving, reading, reporting
from marketplace.ratings.api import read_stars
from marketplace.ratings.model import LEAST, STARS, WORDS_MAX, Given
from marketplace.ratings.reading import RatingView
from marketplace.search.finding import get_listing
from marketplace.search.seeing import visible_to
from marketplace.together.reading import works_with

bp = Blueprint("market_ratings", __name__, url_prefix="/t/<tenant>/marketplace")
A_PAGE = 20


@bp.get("/listings/<listing_id>/ratings")
@require("blocks.view")
def show_ratings(listing_id: str) -> Response:
    """Show how a listing is rated, what was said of it, and what works with it."""
    return _page(listing_id)


@bp.post("/listings/<listing_id>/ratings")
@require(giving.PERMISSION)
def rate(listing_id: str) -> Response:
    """Rate a listing, or change the organisation's rating."""
    given = Given(
        stars=int(stars) if (stars := request.form.get("stars", "")).isdecimal() else 0,
        words=request.form.get("words", ""),
        is_signed=bool(request.form.get("signed")),
    )
    return _done(listing_id, "Your rating is kept.", lambda: giving.rate(
        db_session(), acting(), listing_id, given, now=utc_now()
    ))  # fmt: skip


@bp.post("/listings/<listing_id>/ratings/take-back")
@require(giving.PERMISSION)
def take_back(listing_id: str) -> Response:
    """Take the organisation's rating back."""
    return _done(listing_id, "Your rating is gone.", lambda: giving.take_back(
        db_session(), acting(), listing_id, now=utc_now()
    ))  # fmt: skip


@bp.post("/listings/<listing_id>/ratings/<uuid:rating_id>/answer")
@require("releases.edit")
def answer(listing_id: str, rating_id: UUID) -> Response:
    """Answer a rating of one's own listing."""
    return _done(listing_id, "Your answer is shown.", lambda: answering.answer(
        db_session(), acting(), rating_id, request.form.get("answer", ""), now=utc_now()
    ), at=rating_id)  # fmt: skip


@bp.post("/listings/<listing_id>/ratings/<uuid:rating_id>/report")
@require("blocks.edit")
def report(listing_id: str, rating_id: UUID) -> Response:
    """Report a rating to the vendor's reviewers."""
    return _done(listing_id, "The reviewers will look at it.", lambda: reporting.report(
        db_session(), acting(), rating_id, request.form.get("reason", ""), now=utc_now()
    ), at=rating_id)  # fmt: skip


def _done(
    listing_id: str, told: str, do: Callable[[], object], *, at: UUID | None = None
) -> Response:
    """Do it and lead back to the ratings; where it is refused, show them with the reason."""
    try:
        do()
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _page(listing_id, status=error.status, refused=error, at=at)
    flash(told, "success")
    return see_other(url_for("market_ratings.show_ratings", listing_id=listing_id))


def _page(
    listing_id: str,
    *,
    status: int = 200,
    refused: GarlandError | None = None,
    at: UUID | None = None,
) -> Response:
    session, tenant_id = db_session(), acting().tenant_id
    found, more = _list(listing_id)
    return render(
        "marketplace/ratings/show.html",
        status=status,
        listing=get_listing(session, listing_id, visible=visible_to(session, tenant_id)),
        summary=reading.rating_of(session, listing_id),
        used_by=used_by(session, listing_id),
        mine=giving.may_rate(session, acting(), listing_id, now=utc_now()),
        ratings=found,
        together=works_with(session, tenant_id, listing_id),
        is_publisher=answering.is_publisher(session, tenant_id, listing_id),
        chosen=read_stars(),
        needs={"uses": USES, "days": DAYS, "least": LEAST, "words": WORDS_MAX, "stars": STARS},
        refused=refused,
        refused_at=at,
        sent=request.form,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


def _list(listing_id: str) -> tuple[list[RatingView], str | None]:
    def fetch(limit: int, after: list[str] | None) -> list[RatingView]:
        where: tuple[Any, UUID, str] = (db_session(), acting().tenant_id, listing_id)
        return reading.list_ratings(*where, stars=read_stars(), limit=limit, after=after)

    return page_of(fetch, reading.place_of, default=A_PAGE)
