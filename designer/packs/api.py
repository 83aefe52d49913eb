"""Packs over REST: list, bring, look, install, upgrade, take back, remove."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from designer.packs import shapes
from designer.packs.desks import desk_of, require_each
from kernel.clock import utc_now
from kernel.errors import ConflictError, NotFoundError
from kernel.http import acting, db_session, optional_body, page_of, require, vault
from kernel.http_located import located
from kernel.rest import TEXT, describe, listed
from runtime.packs import installing, leaving, listing, offers
from runtime.packs.desk import Desk
from runtime.packs.kinds import permissions_of
from runtime.packs.store import find_installed, had_of

api = Blueprint("packs_api", __name__, url_prefix="/api/v1/packs")


@api.get("")
@describe(query={"q": TEXT}, pages=True, answer=listed(shapes.PACK))
@require("blocks.view")
def list_packs() -> Response:
    """List the packs that are offered or installed; filter q (words)."""
    q = request.args.get("q", "").strip()

    def fetch(limit: int, after: list[str] | None) -> list[listing.PackView]:
        return listing.list_packs(*_where(), q=q, limit=limit, after=after)

    found, more = page_of(fetch, listing.place_of)
    return jsonify(items=[shapes.pack_document(one) for one in found], next_cursor=more)


@api.post("")
@describe(body=TEXT, takes=("application/octet-stream",), answer=shapes.OFFER, status=201)
@require("blocks.edit")
def bring() -> Response:
    """Bring a pack (`.gblk`, the request's body), so that it may be installed; all is checked."""
    by, now = acting().person_name, utc_now()
    found = offers.bring_pack(*_where(), request.get_data(), by=by, now=now)
    return located(
        jsonify(shapes.offer_document(found)), url_for("packs_api.get_pack", pack_id=found.pack_id)
    )


@api.get("/<pack_id>")
@describe(answer=shapes.PACK)
@require("blocks.view")
def get_pack(pack_id: str) -> Response:
    """Give one pack."""
    found = listing.every_pack(*_where()).get(pack_id)
    if found is None:
        raise NotFoundError("there is no such pack here", pack=pack_id)
    return jsonify(shapes.pack_document(found))


@api.delete("/<pack_id>/versions/<version>")
@describe(status=204)
@require("blocks.edit")
def drop_version(pack_id: str, version: str) -> Response:
    """Take a version that was brought off the list; what is installed of it stays."""
    offers.drop_offer(*_where(), pack_id, version)
    return Response(status=204)


@api.get("/<pack_id>/plan")
@describe(query={"version": TEXT}, answer=shapes.PLAN)
@require("blocks.edit")
def look(pack_id: str) -> Response:
    """Say what installing the pack, or upgrading it, would do to each part; nothing is done."""
    found = installing.look(_desk(), pack_id, request.args.get("version", ""))
    return jsonify(shapes.plan_document(found.offer, found.installed, found.plan))


@api.post("/<pack_id>/<any(install, upgrade):verb>")
@describe(
    body=shapes.AGREED,
    is_optional=True,
    words={
        "install": "Install a pack, whole or not at all; 409 where it is installed.",
        "upgrade": "Upgrade a pack, whole or not at all; 409 where it is not installed.",
    },
    answer=shapes.INSTALLED,
)
@require("blocks.edit")
def install(pack_id: str, verb: str) -> Response:
    """Install or upgrade a pack.

    `consent` agrees to what its blocks ask for, `take` names parts where the pack's takes the
    place of yours, and `mark` of a plan refuses what would be otherwise than it said.
    """
    body = optional_body()
    shapes.AGREED.require(body, "a pack is installed with version, consent, take and mark")
    is_there = find_installed(*_where(), pack_id) is not None
    if is_there is (verb == "install"):
        told = "it is installed already: upgrade it" if is_there else "it is not installed yet"
        raise ConflictError(told, pack=pack_id)
    desk, version = _desk(), body.get("version", "")
    agreed = installing.Agreed(
        consents=body.get("consent", False),
        takes=body.get("take", ()),
        mark=body.get("mark", ""),
    )
    made = installing.install(desk, pack_id, version, agreed=agreed)
    return jsonify(shapes.installed_document(made))


@api.get("/<pack_id>/removal")
@describe(answer=shapes.FATES)
@require("blocks.edit")
def look_at_removal(pack_id: str) -> Response:
    """Say what would go with the pack, and what would stay and why; nothing is done."""
    return jsonify(shapes.fates_document(leaving.look_at_removal(_desk(), pack_id)))


@api.post("/<pack_id>/undo")
@describe(answer=shapes.FATES)
@require("blocks.edit")
def undo(pack_id: str) -> Response:
    """Go back to the version before the last upgrade; what was changed since stays."""
    desk = _may_change(pack_id)
    return jsonify(shapes.fates_document(leaving.undo(desk, pack_id)))


@api.delete("/<pack_id>")
@describe(answer=shapes.FATES)
@require("blocks.edit")
def remove(pack_id: str) -> Response:
    """Remove a pack; what is used or was changed stays, and becomes your own."""
    desk = _may_change(pack_id)
    return jsonify(shapes.fates_document(leaving.remove(desk, pack_id)))


def _may_change(pack_id: str) -> Desk:
    """Give the desk of who may change every kind of thing that an installed pack brought."""
    installed = find_installed(*_where(), pack_id)
    if installed is not None:
        parts = had_of(*_where(), installed.id).values()
        require_each(acting(), permissions_of(parts))
    return _desk()


def _desk() -> Desk:
    return desk_of(db_session(), acting(), vault())


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
