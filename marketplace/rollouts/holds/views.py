"""The page of holds: versions that a provider lets nobody bring to those below it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import InvalidError
from kernel.http import acting, db_session, render, require, see_other
from marketplace.rollouts import forms, stops
from marketplace.rollouts.choosing import blocks_below

bp = Blueprint("rollout_holds", __name__, url_prefix="/t/<tenant>/marketplace/holds")


@bp.get("")
@require("rollouts.edit")
def list_all() -> Response:
    """Show what is held from those below one, and the form to hold something."""
    return _page()


@bp.post("")
@require("rollouts.edit")
def hold() -> Response:
    """Let no roll-out of a block, or of any, move anybody below one."""
    reason, titles = request.form.get("reason", ""), dict(_blocks())
    try:
        block = forms.block_in(request.form)
    except InvalidError as error:
        return _page(status=error.status, error=error.message)
    made = stops.stop(db_session(), acting(), block, below=True, reason=reason, now=utc_now())
    flash(
        f"{titles.get(block, made.listing_id) or 'Every block'} is held from all below you.",
        "success",
    )
    return see_other(url_for("rollout_holds.list_all"))


@bp.post("/<uuid:stop_id>/release")
@require("rollouts.edit")
def release(stop_id: UUID) -> Response:
    """Let roll-outs move those below one again."""
    stops.lift(db_session(), acting().tenant_id, stop_id, below=True, now=utc_now())
    flash("Roll-outs reach those below you again.", "success")
    return see_other(url_for("rollout_holds.list_all"))


def _blocks() -> list[tuple[str, str]]:
    return blocks_below(db_session(), acting(), now=utc_now())


def _page(*, status: int = 200, error: str = "") -> Response:
    return render(
        "marketplace/rollouts/holds.html",
        status=status,
        holds=stops.list_stops(db_session(), acting().tenant_id, below=True),
        blocks=_blocks(),
        error=error,
        sent=request.form,
    )
