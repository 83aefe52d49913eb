"""The palette's own requests: its blocks anew, favourites, and what could be installed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from blocks.installs import offering as packages
from blocks.installs.registry import registry_of
from blocks.packages.package import read_package
from blocks.speaking import in_language
from designer.palette.memory import Memory, memory_of, set_favourite
from designer.palette.named import following, is_offered, key_of, mine
from designer.palette.offering import coming, who_may_install
from designer.palette.suggesting import suggestions
from designer.workflows.facts import entries_for
from kernel.clock import utc_now
from kernel.errors import GarlandError, NotFoundError
from kernel.http import acting, db_session, languages, render, require
from runtime.block_pictures.views import icons_of
from runtime.packs import offers

bp = Blueprint("palette", __name__)


@bp.get("/t/<tenant>/palette")
@require("workflows.edit")
def give_palette() -> Response:
    """Give the blocks there are now and what the palette offers, as a workflow's page was given."""
    kept = memory_of(*_where(), acting().person_id)
    said: dict[str, Any] = {"languages": languages(), "favourites": kept.favourites}
    blocks = entries_for(*_where(), icons_of=icons_of, **said)
    return jsonify(blocks=blocks, palette=palette_facts(kept))


@bp.post("/t/<tenant>/palette/favourites/<name>/<any(add, remove):verb>")
@require("workflows.edit")
def mark(name: str, verb: str) -> Response:
    """Mark a block as a favourite of who asks, or take the mark away."""
    person_id = acting().person_id
    is_one = verb == "add"  # one whose block was removed since can still be taken off
    if person_id is None or (is_one and not is_offered(registry_of(*_where()), name)):
        raise NotFoundError("no such block is installed", block=name)
    set_favourite(*_where(), person_id, name, is_one=is_one)
    return _told(make_response("", 200))


@bp.get("/t/<tenant>/palette/catalogue")
@require("blocks.view")
def show_catalogue() -> Response:
    """List what could be installed, or say who may install where one may not."""
    return _catalogue()


@bp.post("/t/<tenant>/palette/catalogue")
@require("blocks.edit")
def bring() -> AnyResponse:
    """Take a package of a block or a pack, and lead to what it asks for; nothing is installed."""
    sent = request.files.get("file")
    data = sent.read() if sent else b""
    who: dict[str, Any] = {"by": acting().person_name, "now": utc_now()}
    try:
        if read_package(data).kind == "pack":
            pack = offers.bring_pack(*_where(), data, **who)
            to = url_for("packs.look", pack_id=pack.pack_id, version=pack.version)
        else:
            block = packages.upload(*_where(), data, **who)
            to = url_for("blocks.show_package", digest=block.digest)
    except GarlandError as error:
        db_session().rollback()
        return _catalogue(status=422, refused=error)
    return redirect(to, code=303)


def palette_facts(kept: Memory) -> dict[str, Any]:
    """Give what the palette shows beside the blocks: a person's own, and what follows what."""
    registry = in_language(registry_of(*_where()), languages())
    after = following(registry, suggestions(*_where()))
    return {"mine": mine(registry, kept), "after": after}


def came(title: str, blocks: Iterable[tuple[str, str]]) -> Response:
    """Say in the canvas's dialog that something was installed, and have the palette look again.

    `blocks` are id and version of what came.
    """
    registry = registry_of(*_where())
    found = [(registry.find(*one), key_of(registry, one[0])) for one in blocks]
    shown = [(block.manifest, key) for block, key in found if block is not None]
    answer = make_response(
        render_template("designer/palette/_came.html", title=title, blocks=shown)
    )
    return _told(answer)


def _told(answer: Response) -> Response:
    """Have the palette of the page look again."""
    answer.headers["HX-Trigger"] = json.dumps({"palette:changed": {}})
    return answer


def _catalogue(*, status: int = 200, refused: GarlandError | None = None) -> Response:
    q = request.values.get("q", "").strip()
    may_install = acting().may("blocks.edit")
    found = coming(*_where(), now=utc_now()) if may_install else []
    fits = [one for one in found if one.is_about(q)]
    return render(
        "designer/palette/page.html",
        "designer/palette/_catalogue.html",
        status=status,
        q=q,
        found=fits or found,
        fits=bool(fits),
        may_install=may_install,
        who_may=[] if may_install else who_may_install(*_where()),
        refused=refused,
        problems=getattr(refused, "problems", ()),
    )


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
