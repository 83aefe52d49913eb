"""The pages of collections: all that one sees, one of them, and the form by which one is kept."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from marketplace.collections import keeping, reading
from marketplace.collections.model import ADD, Wanted, arranged
from marketplace.search.finding import find
from marketplace.search.model import Query, Sort
from marketplace.search.seeing import visible_to

bp = Blueprint("market_collections", __name__, url_prefix="/t/<tenant>/marketplace/collections")
OFFERED = 300


@bp.get("")
@require("blocks.view")
def list_collections() -> Response:
    """Show the collections of which one sees anything."""
    q = request.args.get("q", "")
    found, more = page_of(
        lambda limit, after: reading.list_collections(
            db_session(), acting().tenant_id, q=q, limit=limit, after=after
        ),
        reading.place_of,
        default=24,
    )
    return render(
        "marketplace/collections/list.html",
        collections=found,
        q=q,
        may_keep=keeping.may_keep(db_session(), acting()),
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


@bp.get("/new")
@require("blocks.view")
def new_collection() -> Response:
    """Show the form of a new collection."""
    keeping.require_keeper(db_session(), acting())
    return _form(Wanted(title="", summary="", listings=()))


@bp.post("/new")
@require("blocks.view")
def make_collection() -> Response:
    """Make a collection, or change its form by a step."""
    keeping.require_keeper(db_session(), acting())
    return _stepped(None)


@bp.get("/<uuid:collection_id>")
@require("blocks.view")
def show_collection(collection_id: UUID) -> Response:
    """Show a collection."""
    session, who = db_session(), acting()
    found = reading.get_collection(session, who.tenant_id, collection_id)
    may_keep = found.is_own and keeping.may_keep(session, who)
    return render("marketplace/collections/show.html", collection=found, may_keep=may_keep)


@bp.get("/<uuid:collection_id>/edit")
@require("blocks.view")
def edit_collection(collection_id: UUID) -> Response:
    """Show the form of one's own collection."""
    found = keeping.get_own(db_session(), acting(), collection_id)
    wanted = Wanted(title=found.title, summary=found.summary, listings=found.listings)
    return _form(wanted, collection_id=collection_id, revision=found.revision)


@bp.post("/<uuid:collection_id>/edit")
@require("blocks.view")
def change_collection(collection_id: UUID) -> Response:
    """Change one's own collection, or its form by a step."""
    keeping.get_own(db_session(), acting(), collection_id)
    return _stepped(collection_id)


@bp.post("/<uuid:collection_id>/remove")
@require("blocks.view")
def remove_collection(collection_id: UUID) -> Response:
    """Remove one's own collection."""
    keeping.remove_collection(db_session(), acting(), collection_id, now=utc_now())
    flash("The collection is gone.", "success")
    return see_other(url_for("market_collections.list_collections"))


def _stepped(collection_id: UUID | None) -> Response:
    """Do what the form asks: a step of its listings, or keep it."""
    step, _, listing_id = request.form.get("step", "").partition(":")
    listings = tuple(request.form.getlist("listing"))
    if step:
        listings = arranged(listings, step, listing_id or request.form.get(ADD, "").strip())
    wanted = Wanted(
        title=request.form.get("title", ""),
        summary=request.form.get("summary", ""),
        listings=listings,
    )
    revision = request.form.get("revision", 0, type=int)
    if step:
        return _form(wanted, collection_id=collection_id, revision=revision)
    try:
        kept = _keep(wanted, collection_id, revision)
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _form(wanted, collection_id=collection_id, revision=revision, refused=error)
    return see_other(url_for("market_collections.show_collection", collection_id=kept.id))


def _keep(wanted: Wanted, collection_id: UUID | None, revision: int) -> reading.CollectionView:
    if collection_id is None:
        return keeping.make_collection(db_session(), acting(), wanted, now=utc_now())
    return keeping.change_collection(
        db_session(), acting(), collection_id, wanted, revision=revision, now=utc_now()
    )


def _form(
    wanted: Wanted,
    *,
    collection_id: UUID | None = None,
    revision: int = 0,
    refused: GarlandError | None = None,
) -> Response:
    session = db_session()
    visible = visible_to(session, acting().tenant_id)
    offered = find(session, Query(sort=Sort.NAME), visible=visible, limit=OFFERED)
    known = {one.listing_id: one for one in reading.entries_of(session, wanted.listings, visible)}
    return render(
        "marketplace/collections/edit.html",
        status=refused.status if refused else 200,
        wanted=wanted,
        known=known,
        offered=[one for one in offered.entries if one.listing_id not in wanted.listings],
        collection_id=collection_id,
        revision=revision,
        refused=refused,
    )
