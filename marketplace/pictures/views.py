"""The file of a picture of a listing, for whoever may see the listing."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from kernel.errors import NotFoundError
from kernel.http import acting, db_session, require
from marketplace.pictures.store import content_of, find_picture
from marketplace.releases.store import public_releases
from marketplace.search.seeing import sees, visible_to

bp = Blueprint("market_pictures", __name__, url_prefix="/t/<tenant>/marketplace/pictures")
KEPT = "private, max-age=86400"
"""A browser keeps it for a day: what an address gives never changes, but may be removed."""


@bp.get("/<uuid:picture_id>.webp")
@require("blocks.view")
def show(picture_id: UUID) -> AnyResponse:
    """Give a picture of a listing that is one's own, or that one sees on the marketplace."""
    session, tenant_id = db_session(), acting().tenant_id
    found = find_picture(session, picture_id)
    if found is None or not _may_see(found[0].listing_id, found[1], tenant_id):
        raise NotFoundError("no such picture", id=str(picture_id))
    response = Response(content_of(session, picture_id), mimetype="image/webp")
    response.headers["Cache-Control"] = KEPT
    response.set_etag(picture_id.hex)
    return response.make_conditional(request)


def _may_see(listing_id: str, owner_id: UUID, tenant_id: UUID) -> bool:
    if owner_id == tenant_id:
        return True
    session = db_session()
    is_public = bool(public_releases(session, listing_id))
    return sees(visible_to(session, tenant_id), listing_id, is_public=is_public)
