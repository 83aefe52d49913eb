"""Blocks over REST: which can be used, and installing more."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from blocks.installs import offering, store
from blocks.installs.model import InstallView, Offered
from blocks.installs.registry import registry_of
from blocks.registry import Block
from designer.blocks import shapes, upgrading
from kernel.clock import format_instant, utc_now
from kernel.errors import ConflictError
from kernel.http import acting, db_session, optional_body, require
from kernel.http_located import located
from kernel.rest import TEXT, describe, listed
from kernel.schema import Schema
from runtime.flows import installing
from runtime.where_used.needing import what_uses

api = Blueprint("blocks_api", __name__, url_prefix="/api/v1")

_PACKAGE = ("application/octet-stream",)
_HOLD = Schema(shapes.HOLD)


@api.get("/blocks")
@describe(query={"q": TEXT}, answer=listed(shapes.BLOCK))
@require("blocks.view")
def list_blocks() -> Response:
    """List the blocks that can be used, the highest version of each; filter q (words)."""
    registry, q = registry_of(*_where()), request.args.get("q", "").strip()
    found = registry.search(q) if q else registry.all()
    return jsonify(items=[_block_document(one) for one in found], next_cursor=None)


@api.get("/installs")
@describe(answer=listed(shapes.INSTALL))
@require("blocks.view")
def list_installs() -> Response:
    """List every version of a block that was installed."""
    found = store.list_installs(*_where())
    return jsonify(items=[install_document(one) for one in found], next_cursor=None)


@api.post("/installs/packages")
@describe(body=TEXT, takes=_PACKAGE, answer=shapes.OFFERED, status=201)
@require("blocks.edit")
def upload_package() -> Response:
    """Bring a package (`.gblk`, the request's body) and learn what it asks for."""
    found = offering.upload(*_where(), request.get_data(), **_who())
    response = jsonify(_offered_document(found))
    response.status_code = 201
    return response


@api.get("/installs/packages/<digest>/sbom")
@describe(answer={"type": "object"})
@require("blocks.view")
def get_parts(digest: str) -> Response:
    """List what a package is made of: the block and its libraries, as CycloneDX 1.6."""
    return jsonify(offering.parts_of(*_where(), digest))


@api.post("/installs")
@describe(
    body=TEXT,
    takes=_PACKAGE,
    query={"consent": TEXT, "development": TEXT},
    answer=shapes.INSTALL,
    status=201,
)
@require("blocks.edit")
def install() -> Response:
    """Install a package, the request's body; 409 where it asks for more than was agreed to.

    `consent=1` agrees to all it asks for; `development=1` likewise as the author of a package that
    nobody signed, and to nothing for one that is signed.
    """
    found = offering.upload(*_where(), request.get_data(), **_who())
    is_authors = request.args.get("development") == "1" and not found.is_signed
    consents = is_authors or request.args.get("consent") == "1"
    made = installing.install(*_where(), found.digest, consents=consents, **_who())
    return located(
        jsonify(install_document(made)), url_for("blocks_api.get_install", install_id=made.id)
    )


@api.get("/installs/<uuid:install_id>")
@describe(answer=shapes.INSTALL)
@require("blocks.view")
def get_install(install_id: UUID) -> Response:
    """Give one installed version."""
    return jsonify(install_document(store.get_install(*_where(), install_id)))


@api.post("/installs/<uuid:install_id>/hold")
@describe(body=shapes.HOLD, is_optional=True, answer=shapes.INSTALL)
@require("blocks.edit")
def hold(install_id: UUID) -> Response:
    """Let no new run use it; runs under way go on unless `lets_finish` is false."""
    body = optional_body()
    _HOLD.require(body, "holding a block takes a reason and lets_finish, both optional")
    reason, lets_finish = body.get("reason", ""), body.get("lets_finish", True)
    held = store.hold(*_where(), install_id, reason=reason, lets_finish=lets_finish, now=utc_now())
    return jsonify(install_document(held))


@api.post("/installs/<uuid:install_id>/release")
@describe(answer=shapes.INSTALL)
@require("blocks.edit")
def release(install_id: UUID) -> Response:
    """Let a held version be used again."""
    return jsonify(install_document(store.release(*_where(), install_id, now=utc_now())))


@api.delete("/installs/<uuid:install_id>")
@describe(status=204)
@require("blocks.edit")
def uninstall(install_id: UUID) -> Response:
    """Remove an installed version; 409 naming the workflows, runs and blocks that use it."""
    store.uninstall(*_where(), install_id, used_by=partial(what_uses, *_where()), now=utc_now())
    return Response(status=204)


@api.get("/installs/<uuid:install_id>/upgrade")
@describe(answer=shapes.UPGRADE)
@require("blocks.view")
def preview_upgrade(install_id: UUID) -> Response:
    """Say what the highest installed version means for each draft; 409 where none is higher."""
    found = upgrading.preview(*_where(), install_id)
    if found is None:
        raise ConflictError("no higher version of this block is installed: install it first")
    return jsonify(
        version=found.new.manifest.version,
        differences=[
            {"message": one.message, "needs_consent": one.needs_consent}
            for one in found.differences
        ],
        impacts=[
            {
                "flow_id": str(one.flow_id),
                "flow": one.flow,
                "step": one.step,
                "verdict": one.verdict,
                "before": one.before,
                "after": one.after,
                "problems": [{"pointer": at, "message": told} for at, told in one.problems],
            }
            for one in found.impacts
        ],
    )


@api.post("/installs/<uuid:install_id>/upgrade")
@describe(answer=shapes.UPGRADED)
@require("blocks.edit")
def apply_upgrade(install_id: UUID) -> Response:
    """Bring every draft that fits or is migrated to the highest installed version."""
    return jsonify(flows=upgrading.apply(*_where(), install_id, **_who()))


@api.post("/blocks/<block_id>/take-back")
@describe(answer=shapes.UPGRADED)
@require("blocks.edit")
def take_back_upgrade(block_id: str) -> Response:
    """Give drafts what they had before the block's last upgrade; 409 where that cannot be."""
    found = upgrading.take_back(*_where(), block_id, **_who())
    return jsonify(flows=list(found.as_left))


def install_document(one: InstallView) -> dict[str, Any]:
    """Write an installed version as JSON."""
    manifest = one.manifest
    return {
        "id": str(one.id),
        "block": manifest.id,
        "version": manifest.version,
        "digest": one.digest,
        "kind": manifest.kind,
        "title": manifest.title,
        "summary": manifest.summary,
        "publisher": manifest.publisher,
        "state": one.state.value,
        "asks_for": list(one.asks_for),
        "signed": one.is_signed,
        "lets_finish": one.lets_finish,
        "reason": one.reason,
        "consented_at": format_instant(one.consented_at),
        "consented_by": one.consented_by,
        "installed_at": format_instant(one.installed_at),
        "installed_by": one.installed_by,
    }


def _block_document(one: Block) -> dict[str, Any]:
    manifest = one.manifest
    return {
        "block": manifest.id,
        "version": manifest.version,
        "digest": one.digest,
        "kind": manifest.kind,
        "title": manifest.title,
        "summary": manifest.summary,
        "publisher": manifest.publisher,
        "state": one.standing.value,
        "category": manifest.category,
        "permissions": [asdict(permission) for permission in manifest.permissions],
    }


def _offered_document(one: Offered) -> dict[str, Any]:
    return {
        "block": one.manifest.id,
        "version": one.manifest.version,
        "digest": one.digest,
        "title": one.manifest.title,
        "asks_for": list(one.asks_for),
        "new_asks": list(one.new_asks),
        "signed": one.is_signed,
        "needs_consent": one.needs_consent,
        "replaces": one.replaces,
    }


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id


def _who() -> dict[str, Any]:
    return {"by": acting().person_name, "now": utc_now()}
