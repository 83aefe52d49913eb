"""The pages of the vendor's shares: what it keeps, and what counts for a publisher."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError, NotFoundError, Problem
from kernel.http import acting, db_session, render, require, see_other
from marketplace.money import agreements, saying
from marketplace.money.parties import names_of
from marketplace.money.refusals import at_controls
from marketplace.money.shares import read_percent, share_words
from runtime.use.reading import DAY
from runtime.use.recording import day_of

bp = Blueprint("market_shares", __name__, url_prefix="/t/<tenant>/marketplace/prices/shares")


@bp.get("")
@require("prices.edit")
def show_shares() -> Response:
    """Show the shares: the vendor's all, a publisher's those that count for it."""
    return _page()


@bp.post("")
@require("prices.edit")
def set_share() -> Response:
    """Set what the vendor keeps from a day on."""
    try:
        share, publisher, day = _read(request.form)
        where = (db_session(), acting(), publisher, share)
        made = agreements.set_share(*where, valid_from=day, now=utc_now())
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _page(refused=error)
    told = f"From {saying.day_words(made.valid_from)}: {share_words(made.vendor_bp)}."
    flash(told, "success")
    return see_other(url_for("market_shares.show_shares"))


@bp.post("/<uuid:share_id>/withdraw")
@require("prices.edit")
def withdraw_share(share_id: UUID) -> Response:
    """Withdraw a share that does not hold yet."""
    try:
        agreements.withdraw_share(db_session(), acting(), share_id, now=utc_now())
    except ConflictError as error:
        db_session().rollback()
        return _page(refused=error)
    flash("It is withdrawn. What held before goes on.", "success")
    return see_other(url_for("market_shares.show_shares"))


def _page(*, refused: GarlandError | None = None) -> Response:
    session, who, today = db_session(), acting(), day_of(utc_now())
    found = agreements.list_shares(session, who)
    names = names_of(session, {one.publisher_id for one in found if one.publisher_id})
    is_vendor = who.tenant_kind == "vendor"
    problems = at_controls(refused)
    return render(
        "marketplace/prices/shares.html",
        status=refused.status if refused else 200,
        shares=found,
        names={one: view.name for one, view in names.items()},
        holds=agreements.held_today(found, today=today),
        today=today,
        tomorrow=today + DAY,
        is_vendor=is_vendor,
        publishers=agreements.publishers_below(session, who.tenant_id) if is_vendor else [],
        refused=refused,
        problems=problems,
        errors={one.pointer: one.message for one in problems},
        sent=request.form,
        percent=share_words,
        day=saying.day_words,
    )


def _read(sent: Mapping[str, str]) -> tuple[int, UUID | None, date | None]:
    """Read the form of a share.

    Raises:
        InvalidError: naming each control that will not do.
        NotFoundError: it names a publisher by what is no id.
    """
    problems, share, day = [], 0, None
    try:
        share = read_percent(sent.get("percent", ""))
    except ValueError as error:
        problems.append(Problem("/percent", str(error)))
    try:
        day = date.fromisoformat(sent["valid_from"]) if sent.get("valid_from") else None
    except ValueError:
        problems.append(Problem("/valid_from", "Write a day such as 2026-12-01"))
    if problems:
        raise InvalidError("The share cannot be set as it is", problems=problems)
    try:
        publisher = UUID(sent["publisher"]) if sent.get("publisher") else None
    except ValueError:
        raise NotFoundError("no such publisher") from None
    return share, publisher, day
