"""The page of one listing in a catalogue: how it is offered, and what customers see of it."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.forms import OPERATION
from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError
from kernel.http import acting, db_session, only_reads, render, require, see_other
from marketplace.catalogue import curating, store
from marketplace.catalogue._tables import PartKind
from marketplace.catalogue.offers.form import Sent
from marketplace.catalogue.offers.sheet import (
    Draft,
    problem_in,
    read_draft,
    sheet_of,
    state_of,
    version_problem,
)
from marketplace.money.pricelists import find_line
from marketplace.money.saying import price_short

bp = Blueprint(
    "catalogue_offers", __name__, url_prefix="/t/<tenant>/marketplace/catalogue/listings"
)
PLAIN = Sent().document()


@bp.get("/<listing_id>")
@require("catalogue.view")
def show(listing_id: str) -> Response:
    """Show how a listing is offered, with the form and what customers see."""
    return _page(listing_id)


@bp.post("/<listing_id>/preview")
@require("catalogue.view")
@only_reads
def preview(listing_id: str) -> Response:
    """Show what customers would see of what the form says; nothing is kept."""
    return _page(listing_id, _draft(listing_id))


@bp.post("/<listing_id>")
@require("catalogue.edit")
def save(listing_id: str) -> Response:
    """Keep how a listing is offered; a button inside of the form only changes the form."""
    draft = _draft(listing_id)
    if OPERATION in request.form:
        return _page(listing_id, draft)
    try:
        _require_unchanged(listing_id)
        told = _keep(listing_id, draft.sent)
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        problems = error.problems if isinstance(error, InvalidError) else ()
        refused = Draft(sent=draft.sent, problems=problems)
        return _page(listing_id, refused, status=error.status, refused=error)
    flash(told, "success")
    return see_other(url_for("catalogue_offers.show", listing_id=listing_id))


@bp.post("/<listing_id>/as-it-comes")
@require("catalogue.edit")
def let_go(listing_id: str) -> Response:
    """Offer a listing as it comes again."""
    curating.remove_offer(db_session(), acting(), listing_id, now=utc_now())
    flash("It is offered as it comes again. What was decided can be brought back here.", "success")
    return see_other(url_for("catalogue_offers.show", listing_id=listing_id))


@bp.post("/<listing_id>/bring-back")
@require("catalogue.edit")
def bring_back(listing_id: str) -> Response:
    """Offer a listing as it was before that was taken back."""
    session, who = db_session(), acting()
    gone = store.get_removed(session, who, PartKind.ENTRY, listing_id)
    try:
        curating.set_offer(session, who, listing_id, gone.document, now=utc_now())
    except InvalidError as error:
        session.rollback()
        return _page(listing_id, status=error.status, refused=error)
    flash("It is offered as it was before.", "success")
    return see_other(url_for("catalogue_offers.show", listing_id=listing_id))


def _draft(listing_id: str) -> Draft:
    sent = read_draft(db_session(), acting(), listing_id, request.form, now=utc_now())
    return Draft(sent=sent, q=request.form.get("find", ""))


def _keep(listing_id: str, sent: Sent) -> str:
    """Keep what was sent; where it says nothing, nothing is kept. Gives what to tell."""
    session, who, document = db_session(), acting(), sent.document()
    if document != PLAIN:
        curating.set_offer(session, who, listing_id, document, now=utc_now())
        return "Customers are offered it so from now on."
    if store.find_part(session, who, PartKind.ENTRY, listing_id) is not None:
        curating.remove_offer(session, who, listing_id, now=utc_now())
    return "It is offered as it comes."


def _require_unchanged(listing_id: str) -> None:
    part = store.find_part(db_session(), acting(), PartKind.ENTRY, listing_id)
    if request.form.get("seen", "") != state_of(part):
        who = part.changed_by if part is not None else "Somebody"
        told = f"{who} changed this offer meanwhile: look at it again, then save yours over it"
        raise ConflictError(told)


def _page(
    listing_id: str,
    draft: Draft | None = None,
    *,
    status: int = 200,
    refused: GarlandError | None = None,
) -> Response:
    sheet = sheet_of(db_session(), acting(), listing_id, draft, now=utc_now())
    may_price = acting().may("prices.edit")
    return render(
        "marketplace/catalogue/offer.html",
        "marketplace/catalogue/_offer_form.html",
        status=status,
        sheet=sheet,
        price=find_line(db_session(), acting(), listing_id, now=utc_now()) if may_price else None,
        price_short=price_short,
        refused=refused,
        is_draft=draft is not None,
        version_error=version_problem(sheet),
        audience_error=problem_in(sheet.problems, "/audience"),
    )
