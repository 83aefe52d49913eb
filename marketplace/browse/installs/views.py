"""Installing a listing with consent, and removing it with what would break."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.packages.signing import NotTrustedError
from kernel.clock import utc_now
from kernel.errors import ConflictError, ForbiddenError, GarlandError, InvalidError, NotFoundError
from kernel.http import acting, db_session, render, require, see_other
from marketplace.browse.installs import taking
from marketplace.browse.showing import show
from marketplace.browse.views import listing_page

bp = Blueprint("market_installs", __name__, url_prefix="/t/<tenant>/marketplace/listings")


@bp.post("/<listing_id>/install")
@require("blocks.edit")
def install(listing_id: str) -> Response:
    """Install a version as somebody agreed to it; a pack is looked at part by part first."""
    version, now = request.form.get("version", ""), utc_now()
    shown = show(*_where(), listing_id, version, now=now)
    agreed = taking.Agreed(
        seen=request.form.get("seen", ""),
        consents=request.form.get("consent") == "true",
        by=acting().person_name,
    )
    try:
        if shown.manifest is None:
            found = taking.bring(*_where(), shown, agreed, now=now)
            return see_other(url_for("packs.look", pack_id=found.pack_id, version=found.version))
        taking.install_block(*_where(), shown, agreed, now=now)
    except (ConflictError, ForbiddenError, InvalidError, NotTrustedError) as error:
        db_session().rollback()
        return listing_page(listing_id, version, status=error.status, refused=error)
    flash(f"{shown.entry.title} {shown.chosen.version} can be used now.", "success")
    return see_other(url_for("market.show_listing", listing_id=listing_id, version=version))


@bp.get("/<listing_id>/removal")
@require("blocks.edit")
def ask_removal(listing_id: str) -> Response:
    """Show what would break if a block were removed, and ask."""
    return _removal_page(listing_id)


@bp.post("/<listing_id>/removal")
@require("blocks.edit")
def remove(listing_id: str) -> Response:
    """Remove an installed version that nothing uses."""
    install_id = _id(request.form.get("install", ""))
    try:
        was = taking.remove(*_where(), install_id, now=utc_now())
    except ConflictError as error:
        db_session().rollback()
        return _removal_page(listing_id, status=error.status, refused=error)
    flash(f"{was.manifest.title} {was.manifest.version} is removed.", "success")
    return see_other(url_for("market.browse"))


def _removal_page(
    listing_id: str, *, status: int = 200, refused: GarlandError | None = None
) -> Response:
    removals = taking.removals_of(*_where(), listing_id)
    return render(
        "marketplace/browse/removal.html",
        status=status,
        listing_id=listing_id,
        title=removals[0].install.manifest.title,
        removals=removals,
        refused=refused,
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("this block is not installed") from None


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
