"""The page of an organisation's encryption keys."""

from __future__ import annotations

from flask import Blueprint, flash, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.http import acting, db_session, render, require, see_other, vault
from tenancy.keys import rotation

bp = Blueprint("keys", __name__)


@bp.get("/t/<tenant>/keys")
@require("connections.edit")
def list_keys() -> Response:
    """Show the organisation's keys: which is current, and which are on their way out."""
    found = rotation.list_keys(db_session(), acting().tenant_id)
    return render("tenancy/keys.html", keys=found)


@bp.post("/t/<tenant>/keys/rotate")
@require("connections.edit")
def rotate() -> Response:
    """Give the organisation a new key; the scheduler seals by it what older ones sealed."""
    rotation.rotate_key(db_session(), acting().tenant_id, vault=vault(), now=utc_now())
    flash("There is a new key. What is stored is sealed by it within minutes.", "success")
    return see_other(url_for("keys.list_keys"))
