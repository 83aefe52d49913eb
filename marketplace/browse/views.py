"""The pages of the marketplace: searching it, one listing, and its picture in a workflow."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.cursors import decode_cursor, encode_cursor
from kernel.errors import GarlandError, NotFoundError
from kernel.http import acting, address_with, db_session, page_limit, render, require
from marketplace.browse import links
from marketplace.browse.around import around
from marketplace.browse.offers import had_by, why_not_in_plan
from marketplace.browse.picture import picture_of
from marketplace.browse.showing import show
from marketplace.browse.wording import QUALITY
from marketplace.money.asking import pays_publishers, prices_for
from marketplace.money.saying import agreed_words, asked_words, short_words
from marketplace.search.asking import read_query
from marketplace.search.finding import PLACE_PARTS, find
from marketplace.search.model import FACETS, PRICE, Found
from marketplace.search.seeing import visible_to
from marketplace.wishes.store import provider_of
from runtime.packs.parts import parts_of

bp = Blueprint("market", __name__, url_prefix="/t/<tenant>/marketplace")

PAGE = 24
_HOUR = 3_600
_STYLED = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Of an SVG that a block brings: it styles itself and does nothing else, wherever it is opened."""


@bp.get("")
@require("blocks.view")
def browse() -> Response:
    """Show what the marketplace offers here, as it was searched for and narrowed."""
    session, tenant_id = _where()
    left_out = () if pays_publishers(session, tenant_id) else (PRICE,)
    query, cursor = links.without(read_query(request.args), left_out), request.args.get("cursor")
    found = find(
        session,
        query,
        visible=visible_to(session, tenant_id),
        limit=page_limit(PAGE),
        after=decode_cursor(cursor, parts=PLACE_PARTS),
    )
    return render(
        "marketplace/browse/list.html",
        "marketplace/browse/_found.html",
        query=query,
        found=found,
        facet_names=FACETS,
        facets_left_out=left_out,
        sorts=links.SORTS,
        chosen=links.chosen_values(found.facets),
        toggled=partial(links.toggled, query),
        unnarrowed=links.without_facets(query),
        may_wish=acting().may("blocks.edit") and provider_of(session, acting()) is not None,
        **_of_entries(found),
        next_url=address_with(cursor=encode_cursor(*found.next_place))
        if found.next_place
        else None,
        first_url=address_with() if cursor else None,
    )


@bp.get("/listings/<listing_id>")
@require("blocks.view")
def show_listing(listing_id: str) -> Response:
    """Show one block or pack: what it does and may, what it costs, its versions."""
    return listing_page(listing_id)


@bp.get("/listings/<listing_id>/<version>/picture.svg")
@require("blocks.view")
def show_picture(listing_id: str, version: str) -> Response:
    """Give the picture of a block in a workflow."""
    shown = show(*_where(), listing_id, version, now=utc_now())
    if shown.manifest is None:
        raise NotFoundError("a pack has no picture", listing=listing_id)
    called = replace(shown.manifest, title=shown.entry.title)
    answer = make_response(picture_of(shown.package, called))
    answer.mimetype = "image/svg+xml"
    answer.cache_control.max_age = _HOUR
    answer.cache_control.private = True
    answer.headers["Content-Security-Policy"] = _STYLED
    return answer


def listing_page(
    listing_id: str, version: str = "", *, status: int = 200, refused: GarlandError | None = None
) -> Response:
    """Show a listing, and why what somebody asked of it was refused."""
    wanted = version or request.args.get("version", "")
    shown = show(*_where(), listing_id, wanted, now=utc_now())
    return render(
        "marketplace/browse/show.html",
        status=status,
        shown=shown,
        quality_words=QUALITY.get(shown.entry.quality, ""),
        not_in_plan=why_not_in_plan(*_where(), listing_id),
        parts=parts_of(shown.package) if shown.manifest is None else (),
        around=around(*_where(), shown),
        prices=asked_words(shown.asked),
        agreed=agreed_words(shown.asked),
        refused=refused,
        here=url_for("market.show_listing", listing_id=listing_id),
    )


def _of_entries(found: Found) -> dict[str, Any]:
    """Give what the cards of a page say besides: what each costs, and which are installed."""
    ids = [one.listing_id for one in found.entries]
    return {
        "asked": prices_for(*_where(), ids, now=utc_now()),
        "short_words": short_words,
        "installed": had_by(*_where()),
    }


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
