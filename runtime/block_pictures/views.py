"""Pictures of blocks: the icons in one file, an icon of its own, and a block in a workflow."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, make_response, request, url_for
from werkzeug.wrappers import Response

from blocks.drawings.sprite import sprite_of, symbol_name
from blocks.installs.registry import registry_of
from blocks.registry import Block, Registry
from kernel.errors import NotFoundError
from kernel.http import acting, db_session, require

bp = Blueprint("block_pictures", __name__)

_ACTS_NOT = "default-src 'none'; sandbox"
_STYLED = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Of an SVG that a block brings: it styles itself and does nothing else, wherever it is opened."""
_HOUR, _YEAR = 3_600, 31_536_000


def icons_of(registry: Registry) -> Callable[[Block], str]:
    """Give what tells where a block's icon is: in the file of all, or in one of its own."""
    sprite = sprite_of(registry)
    address = url_for("block_pictures.show_icons", v=sprite.digest[:12])

    def icon_address(block: Block) -> str:
        name = (block.manifest.id, block.manifest.version)
        if name in sprite.names:
            return f"{address}#{symbol_name(*name)}"
        return url_for("block_pictures.show_icon", block_id=name[0], version=name[1])

    return icon_address


@bp.get("/t/<tenant>/blocks/icons.svg")
@require("workflows.view")
def show_icons() -> Response:
    """Give the icons of all blocks; what was asked for by its digest never changes."""
    sprite = sprite_of(registry_of(db_session(), acting().tenant_id))
    answer = _picture(sprite.text.encode(), "image/svg+xml", _ACTS_NOT)
    if request.args.get("v") == sprite.digest[:12]:
        answer.cache_control.max_age = _YEAR
        answer.cache_control.immutable = True
    return answer


@bp.get("/t/<tenant>/blocks/<block_id>/<version>/icon.svg")
@require("workflows.view")
def show_icon(block_id: str, version: str) -> Response:
    """Give a block's icon; the canvas uses its shape alone."""
    path = _block(block_id, version).icon_path
    mimetype = "image/png" if path.suffix == ".png" else "image/svg+xml"
    return _picture(path.read_bytes(), mimetype, _ACTS_NOT)


@bp.get("/t/<tenant>/blocks/<block_id>/<version>/picture.svg")
@require("workflows.view")
def show_picture(block_id: str, version: str) -> Response:
    """Give the picture of a block in a workflow, for its page."""
    path = _block(block_id, version).picture_path
    if not path.is_file():
        raise NotFoundError("no such picture", block=block_id, version=version)
    return _picture(path.read_bytes(), "image/svg+xml", _STYLED)


def _block(block_id: str, version: str) -> Block:
    block = registry_of(db_session(), acting().tenant_id).find(block_id, version)
    if block is None:
        raise NotFoundError("no such block is installed", block=block_id, version=version)
    return block


def _picture(content: bytes, mimetype: str, policy: str) -> Response:
    answer = make_response(content)
    answer.mimetype = mimetype
    answer.cache_control.max_age = _HOUR
    answer.headers["Content-Security-Policy"] = policy
    return answer
