"""The page of a namespace: how far its claim is, and its keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.packages.signing import NotTrustedError
from kernel.errors import ConflictError, GarlandError, InvalidError
from kernel.http import acting, db_session, render, require, see_other
from marketplace.releases import publishers
from marketplace.releases.api import who
from marketplace.studio.views import CLAIMED, problems_in

bp = Blueprint(
    "studio_namespaces", __name__, url_prefix="/t/<tenant>/marketplace/studio/namespaces"
)


@bp.get("/<namespace>")
@require("releases.view")
def show(namespace: str) -> Response:
    """Show a namespace with its keys."""
    return _page(namespace)


@bp.post("/<namespace>/keys")
@require("releases.edit")
def add_key(namespace: str) -> Response:
    """List a public key."""
    key = (request.form.get("public_key", "").strip(), request.form.get("label", ""))
    try:
        publishers.add_key(*_where(), namespace, key, **who())
    except (ConflictError, InvalidError, NotTrustedError) as error:
        db_session().rollback()
        return _page(namespace, status=error.status, refused=error)
    flash("The key is listed: packages that it signs are taken from now on.", "success")
    return see_other(url_for("studio_namespaces.show", namespace=namespace))


@bp.post("/<namespace>/keys/<key>/revoke")
@require("releases.edit")
def revoke_key(namespace: str, key: str) -> Response:
    """Let a key count no more."""
    publishers.revoke_key(*_where(), namespace, key, **who())
    flash("The key is revoked: nothing new is taken that it alone signed.", "success")
    return see_other(url_for("studio_namespaces.show", namespace=namespace))


def _page(namespace: str, *, status: int = 200, refused: GarlandError | None = None) -> Response:
    found = publishers.get_own(*_where(), namespace)
    return render(
        "marketplace/studio/namespace.html",
        status=status,
        namespace=found,
        keys_max=publishers.KEYS_MAX,
        refused=refused,
        problems=problems_in(refused),
        sent=request.form,
        claim={name: getattr(found, name) for name in CLAIMED},
    )


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id
