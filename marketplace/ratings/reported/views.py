"""The page of the vendor's reviewers: ratings that were reported or are hidden, and deciding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import ConflictError, GarlandError, InvalidError
from kernel.http import acting, address_with, db_session, page_of, render, require, see_other
from marketplace.ratings import reporting
from marketplace.ratings.api import read_hidden
from marketplace.releases.api import who

bp = Blueprint("market_reported", __name__, url_prefix="/t/<tenant>/marketplace/reported-ratings")


@bp.get("")
@require("reviews.view")
def list_reported() -> Response:
    """Show the ratings that wait for a reviewer, or those that are hidden."""
    return _page()


@bp.post("/<uuid:rating_id>/hide")
@require("reviews.decide")
def hide(rating_id: UUID) -> Response:
    """Hide a rating for a reason."""
    reason = request.form.get("reason", "")
    return _done(
        rating_id, "It is hidden.", lambda: reporting.hide(*_where(), rating_id, reason, **who())
    )


@bp.post("/<uuid:rating_id>/leave")
@require("reviews.decide")
def leave(rating_id: UUID) -> Response:
    """Leave a rating as it is."""
    return _done(rating_id, "It stays.", lambda: reporting.leave(*_where(), rating_id, **who()))


@bp.post("/<uuid:rating_id>/show")
@require("reviews.decide")
def show_again(rating_id: UUID) -> Response:
    """Show a hidden rating again."""
    return _done(
        rating_id,
        "Everybody reads it again.",
        lambda: reporting.show_again(*_where(), rating_id, **who()),
    )


def _done(rating_id: UUID, told: str, do: Callable[[], object]) -> Response:
    try:
        do()
    except (ConflictError, InvalidError) as error:
        db_session().rollback()
        return _page(status=error.status, refused=error, at=rating_id)
    flash(told, "success")
    return see_other(url_for("market_reported.list_reported", state=request.args.get("state")))


def _page(
    *, status: int = 200, refused: GarlandError | None = None, at: UUID | None = None
) -> Response:
    is_hidden = read_hidden()

    def fetch(limit: int, after: list[str] | None) -> list[reporting.Reported]:
        return reporting.list_reported(db_session(), hidden=is_hidden, limit=limit, after=after)

    found, more = page_of(fetch, reporting.place_of)
    return render(
        "marketplace/ratings/reported.html",
        status=status,
        reported=found,
        is_hidden=is_hidden,
        refused=refused,
        refused_at=at,
        sent=request.form,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
    )


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
