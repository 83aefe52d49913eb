"""The pages of a catalogue's bundles: listings that are offered together."""

from __future__ import annotations

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.forms import OPERATION
from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError
from kernel.http import acting, db_session, render, require, see_other
from marketplace.catalogue import curating, store
from marketplace.catalogue._tables import PartKind
from marketplace.catalogue.bundles.sheet import (
    Sent,
    members_of,
    read_sent,
    require_members,
    sent_of,
    sheet_of,
)
from marketplace.catalogue.offers.sheet import problem_in
from marketplace.catalogue.reading import read_bundle

bp = Blueprint("catalogue_bundles", __name__, url_prefix="/t/<tenant>/marketplace/catalogue")


@bp.get("/bundles")
@require("catalogue.view")
def list_bundles() -> Response:
    """Show the bundles, whether each is offered whole, and those that were removed of late."""
    session, who, now = db_session(), acting(), utc_now()
    kept = store.list_parts(session, who, PartKind.BUNDLE)
    read = [(one, read_bundle(one.key, one.document)) for one in kept]
    return render(
        "marketplace/catalogue/bundles.html",
        bundles=[
            (part, bundle, members_of(session, who, sorted(bundle.members), now=now))
            for part, bundle in read
        ],
        removed=store.removed_parts(session, who, PartKind.BUNDLE, now=now),
    )


@bp.get("/new-bundle")
@require("catalogue.edit")
def new_bundle() -> Response:
    """Show the form of a bundle."""
    store.require_curator(acting())
    return _page(Sent())


@bp.get("/bundles/<part_key>")
@require("catalogue.view")
def show_bundle(part_key: str) -> Response:
    """Show one bundle, to change it."""
    kept = store.get_part(db_session(), acting(), PartKind.BUNDLE, part_key)
    return _page(sent_of(read_bundle(part_key, kept.document)))


@bp.post("/bundles")
@require("catalogue.edit")
def set_bundle() -> Response:
    """Keep a bundle; a button inside of the form only changes the form."""
    sent = read_sent(request.form)
    if OPERATION in request.form:
        return _page(sent)
    try:
        _require_free(sent)
        require_members(sent)
        curating.set_bundle(db_session(), acting(), sent.key, sent.document(), now=utc_now())
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _page(sent, status=error.status, refused=error)
    flash(f"The bundle {sent.title} is kept.", "success")
    return see_other(url_for("catalogue_bundles.list_bundles"))


@bp.post("/bundles/<part_key>/remove")
@require("catalogue.edit")
def remove_bundle(part_key: str) -> Response:
    """Remove a bundle; what is in it goes on to be offered."""
    curating.remove_bundle(db_session(), acting(), part_key, now=utc_now())
    flash("The bundle is removed. It can be brought back below.", "success")
    return see_other(url_for("catalogue_bundles.list_bundles"))


@bp.post("/bundles/<part_key>/bring-back")
@require("catalogue.edit")
def bring_back(part_key: str) -> Response:
    """Offer a bundle again that was removed of late; one that fits no longer is shown to mend."""
    session, who = db_session(), acting()
    gone = store.get_removed(session, who, PartKind.BUNDLE, part_key)
    try:
        curating.set_bundle(session, who, part_key, gone.document, now=utc_now())
    except InvalidError as error:
        session.rollback()
        sent = sent_of(read_bundle(part_key, gone.document))
        return _page(sent, status=error.status, refused=error)
    flash("The bundle is offered again.", "success")
    return see_other(url_for("catalogue_bundles.list_bundles"))


def _require_free(sent: Sent) -> None:
    """Refuse a new bundle in the place of another."""
    if not sent.was and store.find_part(db_session(), acting(), PartKind.BUNDLE, sent.key):
        raise ConflictError("there is a bundle of that name already: change that, or name this one")


def _page(sent: Sent, *, status: int = 200, refused: GarlandError | None = None) -> Response:
    problems = refused.problems if isinstance(refused, InvalidError) else ()
    found = {one.pointer: one.message for one in reversed(problems)}
    sheet = sheet_of(
        db_session(),
        acting(),
        sent,
        q=request.form.get("find_listing", ""),
        customer_q=request.form.get("find", ""),
        now=utc_now(),
    )
    return render(
        "marketplace/catalogue/bundle.html",
        "marketplace/catalogue/_bundle_form.html",
        status=status,
        sheet=sheet,
        refused=refused,
        problems=found,
        members_error=problem_in(found, "/members"),
        audience_error=problem_in(found, "/audience"),
    )
