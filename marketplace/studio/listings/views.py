"""The pages of a listing: what is said of it and how it looks, its releases, pictures, figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.pages import parts_of
from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError, Problem
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from marketplace.figures.counting import LOOKED_BACK
from marketplace.figures.reading import figures_of
from marketplace.money import pricelists, saying
from marketplace.money.currencies import said
from marketplace.money.showing import month_words
from marketplace.pictures import store as pictures
from marketplace.proven.model import K
from marketplace.releases import keeping, store
from marketplace.releases.api import who
from marketplace.releases.readme import page_of_package
from marketplace.studio import reading
from marketplace.studio.views import problems_in

bp = Blueprint("studio_listings", __name__, url_prefix="/t/<tenant>/marketplace/studio")
RELEASES_AT_ONCE = 20
WORDS = ("title", "summary", "support")


@bp.get("/listings/<listing_id>")
@require("releases.view")
def show(listing_id: str) -> Response:
    """Show a listing as its publisher changes it, and as others see it."""
    return _page(listing_id)


@bp.post("/listings/<listing_id>")
@require("releases.edit")
def change(listing_id: str) -> Response:
    """Change what is said of it, for all its versions."""
    words = keeping.Words(**{name: request.form.get(name, "") for name in WORDS})
    return _done(
        listing_id,
        "The listing is changed, for all its versions.",
        lambda: keeping.change_listing(*_where(), listing_id, words, **who()),
    )


@bp.get("/listings/<listing_id>/figures")
@require("releases.view")
def show_figures(listing_id: str) -> Response:
    """Show how it does: installs, use, errors by version, income."""
    return render(
        "marketplace/studio/figures.html",
        listing=keeping.get_listing(*_where(), listing_id),
        figures=figures_of(*_where(), listing_id),
        enough=K,
        days=LOOKED_BACK.days,
        month_words=month_words,
        money=said,
    )


@bp.post("/listings/<listing_id>/pictures")
@require("releases.edit")
def add_picture(listing_id: str) -> Response:
    """Add a picture."""
    return _done(
        listing_id,
        "The picture is added.",
        lambda: pictures.add_picture(*_where(), listing_id, _file(), **who()),
    )


@bp.post("/pictures/<uuid:picture_id>")
@require("releases.edit")
def describe_picture(picture_id: UUID) -> Response:
    """Say anew what a picture shows."""
    words = request.form.get("words", "")
    return _done(
        pictures.listing_of(*_where(), picture_id),
        "What the picture shows is changed.",
        lambda: pictures.describe_picture(*_where(), picture_id, words, **who()),
    )


@bp.post("/pictures/<uuid:picture_id>/<any(earlier, later):way>")
@require("releases.edit")
def move_picture(picture_id: UUID, way: pictures.Way) -> Response:
    """Move a picture before or behind its neighbour."""
    found = pictures.move_picture(*_where(), picture_id, way, **who())
    return see_other(_address(found.listing_id) + "#pictures")


@bp.post("/pictures/<uuid:picture_id>/remove")
@require("releases.edit")
def remove_picture(picture_id: UUID) -> Response:
    """Remove a picture."""
    listing_id = pictures.remove_picture(*_where(), picture_id, **who())
    flash("The picture is removed.", "success")
    return see_other(_address(listing_id) + "#pictures")


def _file() -> tuple[bytes, str]:
    """Read the file that was sent, and what it shows."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        told = "choose a picture: a PNG, JPEG or WebP"
        raise InvalidError(told, problems=[Problem("/file", told)])
    return sent.read(), request.form.get("words", "")


def _done(listing_id: str, told: str, do: Callable[[], object]) -> Response:
    """Do it and lead back; where it is refused, show the page with the reason."""
    try:
        do()
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _page(listing_id, status=error.status, refused=error)
    flash(told, "success")
    return see_other(_address(listing_id))


def _page(listing_id: str, *, status: int = 200, refused: GarlandError | None = None) -> Response:
    session, tenant_id = _where()
    listing = keeping.get_listing(session, tenant_id, listing_id)

    def fetch(limit: int, after: list[str] | None) -> list[store.ReleaseView]:
        return reading.list_releases(session, tenant_id, listing_id, limit=limit, after=after)

    releases, more = page_of(fetch, store.place_of, default=RELEASES_AT_ONCE)
    shown = reading.shown_release(session, tenant_id, listing_id)
    return render(
        "marketplace/studio/listing.html",
        status=status,
        listing=listing,
        releases=releases,
        shown=shown,
        readme=parts_of(page_of_package(store.archive_of(session, shown))) if shown else (),
        pictures=pictures.pictures_of(session, listing_id),
        pictures_max=pictures.PICTURES_MAX,
        price=pricelists.find_line(session, acting(), listing_id, now=utc_now())
        if acting().may("prices.edit")
        else None,
        words=saying.price_words,
        sentence=saying.price_sentence,
        day=saying.day_words,
        refused=refused,
        problems=problems_in(refused),
        sent=request.form,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


def _address(listing_id: str) -> str:
    return url_for("studio_listings.show", listing_id=listing_id)


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
