"""The pages of packs: all, one, what installing or removing it would do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.packages.signing import NotTrustedError
from blocks.registry import standard_registry
from designer.packs.desks import desk_of, require_each
from designer.palette.views import came
from kernel.clock import utc_now
from kernel.errors import (
    ConflictError,
    ForbiddenError,
    GarlandError,
    InvalidError,
    NotFoundError,
)
from kernel.http import (
    acting,
    address_with,
    db_session,
    page_of,
    render,
    require,
    see_other,
    vault,
    wants_part,
)
from runtime.packs import installing, leaving, listing, offers
from runtime.packs.desk import Desk, Had
from runtime.packs.kinds import permissions_of
from runtime.packs.parts import BLOCK, Part, parts_of
from runtime.packs.store import find_installed, had_of

bp = Blueprint("packs", __name__)


@bp.get("/t/<tenant>/packs")
@require("blocks.view")
def list_packs() -> Response:
    """Show the packs that are offered or installed."""
    return _list_page()


@bp.post("/t/<tenant>/packs")
@require("blocks.edit")
def bring() -> Response:
    """Take a pack and show what it would do; nothing is installed yet."""
    sent = request.files.get("file")
    who = acting().person_name
    try:
        data = sent.read() if sent else b""
        found = offers.bring_pack(*_where(), data, by=who, now=utc_now())
    except GarlandError as error:
        db_session().rollback()
        return _list_page(status=422, refused=error)
    return see_other(url_for("packs.look", pack_id=found.pack_id, version=found.version))


@bp.get("/t/<tenant>/packs/<pack_id>")
@require("blocks.view")
def show_pack(pack_id: str) -> Response:
    """Show one pack: what is installed of it, what it could be upgraded to, its blocks."""
    return _pack_page(pack_id)


@bp.get("/t/<tenant>/packs/<pack_id>/plan")
@require("blocks.edit")
def look(pack_id: str) -> Response:
    """Show what installing a pack, or upgrading it, would do to each part."""
    try:
        return _plan_page(pack_id, request.args.get("version", ""))
    except (ConflictError, InvalidError, NotTrustedError) as error:
        return _pack_page(pack_id, status=error.status, refused=error)


@bp.post("/t/<tenant>/packs/<pack_id>/plan")
@require("blocks.edit")
def install(pack_id: str) -> Response:
    """Install or upgrade a pack as somebody agreed to."""
    version, desk = request.form.get("version", ""), _desk()
    agreed = installing.Agreed(
        consents=request.form.get("consent") == "true",
        takes=request.form.getlist("take"),
        mark=request.form.get("mark", ""),
    )
    try:
        made = installing.install(desk, pack_id, version, agreed=agreed)
    except (ConflictError, InvalidError, ForbiddenError) as error:
        db_session().rollback()
        return _plan_page(pack_id, version, status=error.status, refused=error)
    except NotTrustedError as error:  # there is no plan of what must not be installed
        db_session().rollback()
        return _pack_page(pack_id, status=error.status, refused=error)
    if wants_part():
        parts = [one for one in had_of(*_where(), made.id).values() if one.kind == BLOCK]
        blocks = [(one.document["block"], one.document["version"]) for one in parts]
        return came(made.title, blocks)
    flash(f"{made.title} {made.version} is installed: look at what came.", "success")
    return see_other(url_for("packs.show_pack", pack_id=pack_id))


@bp.get("/t/<tenant>/packs/<pack_id>/removal")
@require("blocks.edit")
def look_at_removal(pack_id: str) -> Response:
    """Show what would go with a pack, and what would stay and why."""
    installed = find_installed(*_where(), pack_id)
    if installed is None:
        raise NotFoundError("this pack is not installed", pack=pack_id)
    fates = leaving.look_at_removal(_desk(), pack_id)
    return render("designer/packs/removal.html", installed=installed, fates=fates)


@bp.post("/t/<tenant>/packs/<pack_id>/<any(remove, undo):verb>")
@require("blocks.edit")
def leave(pack_id: str, verb: str) -> Response:
    """Remove a pack, or take back its last upgrade; what people use or changed stays."""
    installed = find_installed(*_where(), pack_id)
    if installed is not None:
        require_each(acting(), permissions_of(had_of(*_where(), installed.id).values()))
    try:
        fates = (leaving.remove if verb == "remove" else leaving.undo)(_desk(), pack_id)
    except GarlandError as error:
        db_session().rollback()
        return _pack_page(pack_id, status=error.status, refused=error)
    stays = [f"{one.title} ({one.why})" for one in fates if one.why and one.part_id]
    done = "The pack is removed" if verb == "remove" else "The upgrade is taken back"
    flash(f"{done}; what stays: {'; '.join(stays)}." if stays else f"{done}.", "success")
    return see_other(url_for("packs.list_packs"))


@bp.post("/t/<tenant>/packs/<pack_id>/versions/<version>/drop")
@require("blocks.edit")
def drop_version(pack_id: str, version: str) -> Response:
    """Take a version that was brought off the list."""
    offers.drop_offer(*_where(), pack_id, version)
    flash(f"Version {version} is off the list; what is installed stays.", "success")
    return see_other(url_for("packs.list_packs"))


def _list_page(*, status: int = 200, refused: GarlandError | None = None) -> Response:
    q = request.args.get("q", "").strip()

    def fetch(limit: int, after: list[str] | None) -> list[listing.PackView]:
        return listing.list_packs(*_where(), q=q, limit=limit, after=after)

    packs, more = page_of(fetch, listing.place_of, default=25)
    return render(
        "designer/packs/list.html",
        status=status,
        packs=packs,
        q=q,
        next_url=address_with(cursor=more) if more else None,
        first_url=address_with() if request.args.get("cursor") else None,
        refused=refused,
        problems=getattr(refused, "problems", ()),
    )


def _pack_page(pack_id: str, *, status: int = 200, **refusal: Any) -> Response:
    pack = listing.every_pack(*_where()).get(pack_id)
    if pack is None:
        raise NotFoundError("there is no such pack here", pack=pack_id)
    blocks = standard_registry()
    return render(
        "designer/packs/show.html",
        *(["designer/packs/_refused.html"] if refusal else []),
        status=status,
        pack=pack,
        parts=_parts_shown(pack),
        versions=[one for one in offers.list_offers(*_where()) if one.pack_id == pack_id],
        blocks=[one for name in pack.blocks if (one := blocks.latest(name)) is not None],
        refused=refusal.get("refused"),
    )


def _parts_shown(pack: listing.PackView) -> Sequence[Had | Part]:
    """Give what an installed pack brought, or what one on offer would bring."""
    if pack.installed is not None:
        return list(had_of(*_where(), pack.installed.id).values())
    if pack.offer is None:
        return ()
    try:
        package, _ = offers.package_of(*_where(), pack.offer, now=utc_now())
        return parts_of(package)
    except (InvalidError, NotTrustedError):
        return ()  # looking at it says why


def _plan_page(pack_id: str, version: str, *, status: int = 200, **refusal: Any) -> Response:
    found = installing.look(_desk(), pack_id, version)
    return render(
        "designer/packs/plan.html",
        "designer/packs/_plan.html",
        status=status,
        found=found,
        in_dialog=wants_part(),
        refused=refusal.get("refused"),
    )


def _desk() -> Desk:
    return desk_of(db_session(), acting(), vault())


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
