"""The pages of blocks: all, one, and what a package asks for before it is installed."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, jsonify, request, url_for
from werkzeug.wrappers import Response

from blocks.installs import offering, store
from blocks.installs.registry import registry_of
from blocks.packages.imports import imported_modules, notable_modules
from blocks.packages.signing import NotTrustedError
from blocks.registry import Registry, Standing
from blocks.speaking import in_language
from designer.blocks import upgrading
from designer.palette.views import came
from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError, InvalidError, NotFoundError
from kernel.http import (
    acting,
    db_session,
    languages,
    render,
    require,
    see_other,
    wants_part,
)
from runtime.flows import installing
from runtime.flows.earlier_drafts import last_change
from runtime.flows.uses import flows_with_block
from runtime.packs.standard import pack_of_block
from runtime.where_used.needing import what_uses

bp = Blueprint("blocks", __name__)


@bp.get("/t/<tenant>/blocks")
@require("blocks.view")
def list_blocks() -> Response:
    """Show the blocks that can be used."""
    return _list_page()


@bp.post("/t/<tenant>/blocks/packages")
@require("blocks.edit")
def upload_package() -> Response:
    """Take a package and show what it asks for; nothing is installed yet."""
    sent = request.files.get("file")
    try:
        found = offering.upload(*_where(), sent.read() if sent else b"", **_who())
    except GarlandError as error:
        return _list_page(status=422, refused=error)
    return see_other(url_for("blocks.show_package", digest=found.digest))


@bp.get("/t/<tenant>/blocks/packages/<digest>")
@require("blocks.edit")
def show_package(digest: str) -> Response:
    """Show what a package asks for."""
    return _consent_page(digest)


@bp.get("/t/<tenant>/blocks/packages/<digest>/sbom")
@require("blocks.view")
def download_parts(digest: str) -> Response:
    """Give what a package is made of as a file, for whoever watches over libraries."""
    response = jsonify(offering.parts_of(*_where(), digest))
    name = f"{digest.removeprefix('sha256:')[:12]}.cdx.json"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.mimetype = "application/vnd.cyclonedx+json"
    return response


@bp.post("/t/<tenant>/blocks/packages/<digest>")
@require("blocks.edit")
def install(digest: str) -> Response:
    """Install a package once somebody agreed to what it asks for."""
    consents = request.form.get("consent") == "true"
    try:
        made = installing.install(*_where(), digest, consents=consents, **_who())
    except (ConflictError, InvalidError, NotTrustedError) as error:
        return _consent_page(digest, status=error.status, refused=error)
    if wants_part():
        return came(made.manifest.title, [(made.manifest.id, made.manifest.version)])
    flash(f"{made.manifest.title} {made.manifest.version} can be used now.", "success")
    return see_other(url_for("blocks.show_block", block_id=made.manifest.id))


@bp.get("/t/<tenant>/blocks/<block_id>")
@require("blocks.view")
def show_block(block_id: str) -> Response:
    """Show one block: what it does and may, its versions, and which workflows use it."""
    return _block_page(block_id)


@bp.post("/t/<tenant>/blocks/installs/<uuid:install_id>/<any(hold,release,remove):verb>")
@require("blocks.edit")
def change_install(install_id: UUID, verb: str) -> Response:
    """Hold a version, let it go on, or remove it."""
    found = store.get_install(*_where(), install_id)
    try:
        if verb == "hold":
            lets_finish = request.form.get("running") != "stop"
            reason = request.form.get("reason", "")
            store.hold(*_where(), install_id, reason=reason, lets_finish=lets_finish, now=utc_now())
        elif verb == "release":
            store.release(*_where(), install_id, now=utc_now())
        else:
            store.uninstall(
                *_where(), install_id, used_by=partial(what_uses, *_where()), now=utc_now()
            )
    except ConflictError as error:
        return _block_page(found.manifest.id, status=409, refused=error)
    done = {"hold": "is held", "release": "can be used again", "remove": "is removed"}[verb]
    flash(f"{found.manifest.title} {found.manifest.version} {done}.", "success")
    return see_other(url_for("blocks.list_blocks"))


@bp.get("/t/<tenant>/blocks/installs/<uuid:install_id>/upgrade")
@require("blocks.view")
def preview_upgrade(install_id: UUID) -> Response:
    """Show what an upgrade means for each workflow, before and after."""
    found = upgrading.preview(*_where(), install_id)
    if found is None:
        raise NotFoundError("no higher version of this block is installed")
    return render("designer/blocks/upgrade.html", found=found)


@bp.post("/t/<tenant>/blocks/installs/<uuid:install_id>/upgrade")
@require("blocks.edit")
def apply_upgrade(install_id: UUID) -> Response:
    """Upgrade the drafts that fit or are migrated."""
    changed = upgrading.apply(*_where(), install_id, **_who())
    count = len(changed)
    told = f"{count} draft is upgraded" if count == 1 else f"{count:,} drafts are upgraded"
    flash(f"{told}: look at what changed, and publish.", "success")
    return see_other(url_for("workflows.list_workflows"))


@bp.post("/t/<tenant>/blocks/<block_id>/take-back")
@require("blocks.edit")
def take_back_upgrade(block_id: str) -> Response:
    """Give drafts back the version and settings they had before the last upgrade."""
    try:
        found = upgrading.take_back(*_where(), block_id, **_who())
    except ConflictError as error:
        return _block_page(block_id, status=409, refused=error)
    told = f"{', '.join(found.as_left)}: the upgrade from {found.told} is taken back."
    flash(told, "success")
    return see_other(url_for("blocks.show_block", block_id=block_id))


def _list_page(*, status: int = 200, refused: GarlandError | None = None) -> Response:
    q = request.args.get("q", "").strip()
    registry = _registry()
    found = registry.search(q) if q else registry.all()  # one's own stand before Garland's
    return render(
        "designer/blocks/list.html",
        status=status,
        blocks=sorted(found, key=lambda one: one.standing is Standing.STANDARD),
        q=q,
        refused=refused,
        problems=getattr(refused, "problems", ()),
    )


def _consent_page(digest: str, *, status: int = 200, **refusal: Any) -> Response:
    found = offering.offered(*_where(), digest)
    return render(
        "designer/blocks/consent.html",
        "designer/blocks/_consent.html",
        status=status,
        found=found,
        in_dialog=wants_part(),
        code_uses=_code_uses(digest),
        refused=refusal.get("refused"),
    )


def _block_page(block_id: str, *, status: int = 200, **refusal: Any) -> Response:
    block = _registry().latest(block_id)
    if block is None:
        raise NotFoundError("no such block is installed", block=block_id)
    installs = [one for one in store.list_installs(*_where()) if one.manifest.id == block_id]
    versions = registry_of(*_where()).versions(block_id)
    return render(
        "designer/blocks/show.html",
        status=status,
        block=block,
        installs=installs,
        used_by={
            one.manifest.version: flows_with_block(*_where(), block_id, one.manifest.version)
            for one in versions
        },
        newest=block.manifest.version,
        pack=pack_of_block(block_id),
        code_uses=_code_uses(block.digest) if block.digest else [],
        upgraded=last_change(*_where(), upgrading.cause_of(block_id)),
        refused=refusal.get("refused"),
    )


def _code_uses(digest: str) -> list[tuple[str, bool]]:
    """List the modules that a package's own code names, and whether each is worth a look."""
    files = offering.package_of(db_session(), digest).files
    notable = notable_modules(files)
    return [(one, one in notable) for one in imported_modules(files)]


def _registry() -> Registry:
    return in_language(registry_of(*_where()), languages())


def _where() -> tuple[Any, UUID]:
    return db_session(), acting().tenant_id


def _who() -> dict[str, Any]:
    return {"by": acting().person_name, "now": utc_now()}
