"""The pages of advisories: what concerns an organisation, and those that it writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.pages import parts_of
from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from marketplace.advisories import store, telling
from marketplace.advisories._tables import Severity
from marketplace.advisories.api import writer
from marketplace.advisories.model import AdvisoryView, osv_document
from marketplace.mirror.origin import MIRRORED, origin_of
from marketplace.money.refusals import at_controls

bp = Blueprint("market_advisories", __name__)


@bp.get("/t/<tenant>/marketplace/advisories")
@require("blocks.view")
def list_concerns() -> Response:
    """Show the advisories of what the organisation has installed."""
    found = telling.concerns_of(db_session(), acting().tenant_id)
    is_all = request.args.get("show") == "all"
    return render(
        "marketplace/advisories/list.html",
        concerns=[one for one in found if is_all or one.is_open],
        counts={"open": sum(one.is_open for one in found), "all": len(found)},
        is_all=is_all,
        writes=acting().may("advisories.edit") and store.may_advise(db_session(), writer()),
    )


@bp.get("/t/<tenant>/marketplace/advisories/<advisory_id>")
@require("blocks.view")
def show_concern(advisory_id: str) -> Response:
    """Show one of them."""
    found = telling.get_concern(db_session(), acting().tenant_id, advisory_id)
    return _page(found.advisory, concern=found)


@bp.get("/t/<tenant>/marketplace/advisories/<advisory_id>/osv.json")
@require("blocks.view")
def take_osv(advisory_id: str) -> Mapping[str, Any]:
    """Give one of them as a file, in the form of OSV."""
    found = telling.get_concern(db_session(), acting().tenant_id, advisory_id)
    return osv_document(found.advisory)


@bp.get("/t/<tenant>/marketplace/advisories/written")
@require("advisories.edit")
def list_written() -> Response:
    """Show the advisories that the organisation may write, and those it wrote."""

    def fetch(limit: int, after: list[str] | None) -> list[AdvisoryView]:
        return store.list_written(db_session(), writer(), limit=limit, after=after)

    found, more = page_of(fetch, store.place_of)
    return render(
        "marketplace/advisories/written.html",
        advisories=found,
        may_write=store.may_advise(db_session(), writer()),
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


@bp.get("/t/<tenant>/marketplace/advisories/written/new")
@require("advisories.edit")
def new_advisory() -> Response:
    """Show the form of a new one."""
    return _form()


@bp.post("/t/<tenant>/marketplace/advisories/written")
@require("advisories.edit")
def publish() -> Response:
    """Publish one; whom it would reach is said first."""
    given = {**request.form, "references": request.form.get("references", "").split()}
    try:
        listing_id = request.form.get("listing", "")
        if request.form.get("sure") != _meant():
            reach = store.foresee(db_session(), writer(), listing_id, given, now=utc_now())
            return _form(reach=reach)
        made = store.publish(db_session(), writer(), listing_id, given, now=utc_now())
    except InvalidError as error:
        db_session().rollback()
        return _form(status=error.status, refused=error)
    flash("The advisory is published, and those whom it concerns are told.", "success")
    return see_other(url_for("market_advisories.show_written", advisory_id=made.advisory_id))


@bp.get("/t/<tenant>/marketplace/advisories/written/<advisory_id>")
@require("advisories.edit")
def show_written(advisory_id: str) -> Response:
    """Show one of those that the organisation may write."""
    return _page(store.get_written(db_session(), writer(), advisory_id))


@bp.post("/t/<tenant>/marketplace/advisories/written/<advisory_id>/amend")
@require("advisories.edit")
def amend(advisory_id: str) -> Response:
    """Say anew which version mends one, and what is told."""
    try:
        store.amend(db_session(), writer(), advisory_id, request.form, now=utc_now())
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        found = store.get_written(db_session(), writer(), advisory_id)
        return _page(found, status=error.status, refused=error)
    flash("The advisory is changed. Nobody gets another mail.", "success")
    return see_other(url_for("market_advisories.show_written", advisory_id=advisory_id))


@bp.post("/t/<tenant>/marketplace/advisories/written/<advisory_id>/withdraw")
@require("advisories.edit")
def withdraw(advisory_id: str) -> Response:
    """Take one back."""
    reason = request.form.get("reason", "")
    try:
        store.withdraw(db_session(), writer(), advisory_id, reason, now=utc_now())
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        found = store.get_written(db_session(), writer(), advisory_id)
        return _page(found, status=error.status, refused=error)
    flash("The advisory is withdrawn.", "success")
    return see_other(url_for("market_advisories.show_written", advisory_id=advisory_id))


def _page(
    one: AdvisoryView,
    *,
    concern: telling.Concern | None = None,
    status: int = 200,
    refused: GarlandError | None = None,
) -> Response:
    return render(
        "marketplace/advisories/show.html",
        status=status,
        advisory=one,
        concern=concern,
        is_block=store.is_of_block(db_session(), one),
        text=parts_of(one.text),
        origin=origin_of(db_session(), one.listing_id) if one.owner_id == MIRRORED else None,
        may_withdraw=concern is None and one.owner_id != MIRRORED and not one.is_withdrawn,
        refused=refused,
        errors={one.pointer: one.message for one in at_controls(refused)},
        sent=request.form,
    )


def _form(
    *, status: int = 200, refused: InvalidError | None = None, reach: int | None = None
) -> Response:
    problems = at_controls(refused)
    return render(
        "marketplace/advisories/new.html",
        status=status,
        listings=store.listings_to_advise(db_session(), writer()),
        severities=[(one.value, one.value.capitalize()) for one in Severity],
        sent=request.form,
        problems=problems,
        errors={one.pointer: one.message for one in problems},
        reach=reach,
        meant=_meant(),
    )


def _meant() -> str:
    """Give what decides whom it reaches: changed once it was asked, it is asked again."""
    return f"{request.form.get('listing', '')} {request.form.get('affected', '')}"
