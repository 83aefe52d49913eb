"""The pages of a CSP's own blocks: what was brought in, its review, and offering it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.pages import parts_of
from kernel.clock import utc_now
from kernel.errors import ConflictError, ForbiddenError, GarlandError, InvalidError
from kernel.http import acting, db_session, render, require, see_other
from kernel.numbers import whole_number
from marketplace.catalogue.own import reviewing
from marketplace.catalogue.own.approved import eyes_of
from marketplace.catalogue.own.brought import list_brought
from marketplace.releases._tables import Verdict
from marketplace.releases.readme import page_of_package
from marketplace.releases.reviewing import Decision
from marketplace.releases.verdicts import CHECKLIST

bp = Blueprint("catalogue_own", __name__, url_prefix="/t/<tenant>/marketplace/catalogue/own")
REFUSALS = (ConflictError, ForbiddenError, InvalidError)


@bp.get("")
@require("catalogue.view")
def list_own() -> Response:
    """Show the packages that were brought in and nobody signed, and how far each one is."""
    return _list()


@bp.post("")
@require("catalogue.edit")
def submit() -> Response:
    """Ask one's own people to look at a package."""
    digest, words = request.form.get("digest", ""), request.form.get("words", "")
    try:
        own_id = reviewing.submit(db_session(), acting(), digest, words, now=utc_now())
    except REFUSALS as error:
        db_session().rollback()
        return _list(status=error.status, refused=error)
    flash("It is in review. Whoever may edit the catalogue can decide about it here.", "success")
    return see_other(url_for("catalogue_own.show_own", own_id=own_id))


@bp.post("/eyes")
@require("publishing.policy")
def set_eyes() -> Response:
    """Say how many people have to approve a block of one's own."""
    number = whole_number(request.form.get("eyes", ""), most=2) or 0
    try:
        reviewing.set_eyes(db_session(), acting(), number, now=utc_now())
    except InvalidError as error:
        db_session().rollback()
        return _list(status=error.status, refused=error)
    flash("It holds for what is submitted from now on.", "success")
    return see_other(url_for("catalogue_own.list_own"))


@bp.post("/take-away")
@require("catalogue.edit")
def take_away() -> Response:
    """Offer a package no longer; who installed it keeps it."""
    reviewing.take_away(db_session(), acting(), request.form.get("digest", ""), now=utc_now())
    flash("It is offered no longer. Who installed it keeps it.", "success")
    return see_other(url_for("catalogue_own.list_own"))


@bp.get("/<uuid:own_id>")
@require("catalogue.view")
def show_own(own_id: UUID) -> Response:
    """Show one package: what it asks for, how it differs from the last, what was decided."""
    return _page(own_id)


@bp.post("/<uuid:own_id>/verdict")
@require("catalogue.edit")
def decide(own_id: UUID) -> Response:
    """Approve or reject it."""
    verdict = Verdict.REJECT if request.form.get("verdict") == "reject" else Verdict.APPROVE
    decision = Decision(
        verdict=verdict,
        reasons=request.form.get("reasons", ""),
        checklist=tuple(request.form.getlist("checklist")),
    )
    return _done(own_id, "Your verdict is kept.", lambda: reviewing.decide(
        db_session(), acting(), own_id, decision, now=utc_now()
    ))  # fmt: skip


@bp.post("/<uuid:own_id>/offer")
@require("catalogue.edit")
def offer(own_id: UUID) -> Response:
    """Offer it to customers."""
    return _done(own_id, "Customers are offered it from now on.", lambda: reviewing.offer(
        db_session(), acting(), own_id, now=utc_now()
    ))  # fmt: skip


def _done(own_id: UUID, told: str, do: Callable[[], Any]) -> Response:
    """Do it and lead back; where it is refused, show the page with the reason."""
    try:
        do()
    except REFUSALS as error:
        db_session().rollback()
        return _page(own_id, status=error.status, refused=error)
    flash(told, "success")
    return see_other(url_for("catalogue_own.show_own", own_id=own_id))


def _list(*, status: int = 200, refused: GarlandError | None = None) -> Response:
    session, who = db_session(), acting()
    return render(
        "marketplace/catalogue/own.html",
        status=status,
        packages=list_brought(session, who),
        eyes=eyes_of(session, who.tenant_id),
        refused=refused,
        sent=request.form,
    )


def _page(own_id: UUID, *, status: int = 200, refused: GarlandError | None = None) -> Response:
    found = reviewing.review_of(db_session(), acting(), own_id)
    return render(
        "marketplace/catalogue/own_show.html",
        status=status,
        own_id=own_id,
        review=found,
        readme=parts_of(page_of_package(found.archive)),
        points=CHECKLIST,
        refused=refused,
        sent=request.form,
    )
