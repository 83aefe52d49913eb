"""The pages of the inventory: the list, one resource, its form, and imports."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, make_response, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import InvalidError, NotFoundError
from kernel.http import (
    acting,
    address_with,
    db_session,
    page_of,
    render,
    require,
    see_other,
    writing_apart,
)
from runtime.imports.staging import recent_imports
from runtime.imports.views import ImportPages
from runtime.inventory import exporting, resources
from runtime.inventory.forms import FIELDS, attributes_text, said_by_form
from runtime.inventory.importing import KIND, apply_import, stage_import
from runtime.inventory.model import KINDS, RELATIONS
from runtime.inventory.reading.files import Naming
from runtime.inventory.resources import ResourceFilter
from runtime.inventory.standing import standing_of
from tenancy.audit.trail import note

bp = Blueprint("inventory", __name__)
PAGES = ImportPages(
    kind=KIND,
    things="resources",
    nothing="The inventory says the same already",
    loss="their relations",
    start="inventory.start_import",
    show="inventory.show_import",
    after="inventory.list_resources",
)

_EXPORTS = {
    "resources.csv": (exporting.resources_csv, "text/csv"),
    "relations.csv": (exporting.relations_csv, "text/csv"),
    "inventory.graphml": (exporting.inventory_graphml, "application/xml"),
}


@bp.get("/t/<tenant>/inventory")
@require("inventory.view")
def list_resources() -> Response:
    """Show the resources by key."""
    where, asked = (db_session(), acting().tenant_id), request.args
    wanted = ResourceFilter(**{name: asked.get(name, "").strip() for name in ("q", "kind", "site")})
    shown, more = page_of(
        lambda limit, after: resources.list_resources(*where, wanted, limit=limit, after=after),
        resources.place_of,
        parts=1,
    )
    return render(
        "runtime/inventory/list.html",
        resources=shown,
        counts=resources.count_by_kind(*where),
        kinds=KINDS,
        sites=resources.site_keys(*where),
        wanted=wanted,
        next_url=address_with(cursor=more) if more else None,
    )


@bp.get("/t/<tenant>/inventory/new")
@require("inventory.edit")
def new_resource() -> Response:
    """Show the form of a resource that is not there yet."""
    return _form_page({"kind": "node", "site": request.args.get("site", "")})


@bp.post("/t/<tenant>/inventory")
@require("inventory.edit")
def create_resource() -> Response:
    """Add a resource."""
    where, form = (db_session(), acting().tenant_id), request.form
    try:
        made = resources.add_resource(*where, said_by_form(form))
    except InvalidError as error:
        return _form_page(form, error=error, status=422)
    flash(f"{made.name} is added.", "success")
    return see_other(url_for("inventory.show_resource", resource_id=made.id))


@bp.get("/t/<tenant>/inventory/<uuid:resource_id>")
@require("inventory.view")
def show_resource(resource_id: UUID) -> Response:
    """Show one resource with its neighbours, alarms and services."""
    return _resource_page(resource_id)


@bp.get("/t/<tenant>/inventory/find/<path:key>")
@require("inventory.view")
def find_resource(key: str) -> Response:
    """Lead to the resource of that key."""
    found = resources.find_resource(db_session(), acting().tenant_id, key)
    if found is None:
        raise NotFoundError(f"there is no resource {key} in the inventory")
    return see_other(url_for("inventory.show_resource", resource_id=found.id))


@bp.get("/t/<tenant>/inventory/<uuid:resource_id>/edit")
@require("inventory.edit")
def edit_resource(resource_id: UUID) -> Response:
    """Show a resource's form."""
    found = resources.get_resource(db_session(), acting().tenant_id, resource_id)
    form = {name: getattr(found, name) for name in FIELDS}
    form |= {"kind": found.kind.value, "attributes": attributes_text(found.attributes)}
    return _form_page(form, found=found)


@bp.post("/t/<tenant>/inventory/<uuid:resource_id>")
@require("inventory.edit")
def save_resource(resource_id: UUID) -> Response:
    """Change a resource."""
    where, form = (db_session(), acting().tenant_id), request.form
    found = resources.get_resource(*where, resource_id)
    try:
        resources.save_resource(*where, said_by_form(form), resource_id=resource_id)
    except InvalidError as error:
        return _form_page(form, found=found, error=error, status=422)
    flash("Saved.", "success")
    return see_other(url_for("inventory.show_resource", resource_id=resource_id))


@bp.post("/t/<tenant>/inventory/<uuid:resource_id>/delete")
@require("inventory.edit")
def delete_resource(resource_id: UUID) -> Response:
    """Take a resource out of the inventory."""
    gone = resources.delete_resource(db_session(), acting().tenant_id, resource_id)
    flash(f"{gone.name} is removed, with its relations.", "success")
    return see_other(url_for("inventory.list_resources"))


@bp.post("/t/<tenant>/inventory/<uuid:resource_id>/relations")
@require("inventory.edit")
def add_relation(resource_id: UUID) -> Response:
    """Relate a resource to another by its key."""
    where, form = (db_session(), acting().tenant_id), request.form
    kind, _, turned = form.get("kind", "").partition(":")
    try:
        other = resources.require_key(*where, form.get("other", "").strip(), field="other")
        ends = (other.id, resource_id) if turned else (resource_id, other.id)
        resources.put_relation(*where, *ends, kind=kind)
    except InvalidError as error:
        return _resource_page(resource_id, error=error, status=422)
    return see_other(url_for("inventory.show_resource", resource_id=resource_id))


@bp.post("/t/<tenant>/inventory/<uuid:resource_id>/relations/<uuid:relation_id>/delete")
@require("inventory.edit")
def drop_relation(resource_id: UUID, relation_id: UUID) -> Response:
    """Undo a relation."""
    resources.drop_relation(db_session(), acting().tenant_id, relation_id)
    return see_other(url_for("inventory.show_resource", resource_id=resource_id))


@bp.get("/t/<tenant>/inventory/export/<name>")
@require("inventory.view")
def export(name: str) -> Response:
    """Give the whole inventory as a file."""
    if name not in _EXPORTS:
        raise NotFoundError(f"there is no export {name}: choose {', '.join(_EXPORTS)}")
    write, kind = _EXPORTS[name]
    with writing_apart() as session:
        note(session, acting().tenant_id, "inventory.exported", now=utc_now(), facts={"file": name})
    response = make_response(write(db_session(), acting().tenant_id))
    response.content_type = f"{kind}; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.get("/t/<tenant>/inventory/imports")
@require("inventory.edit")
def start_import() -> Response:
    """Show where a file is chosen, and what was imported last."""
    return _import_page({})


@bp.post("/t/<tenant>/inventory/imports")
@require("inventory.edit")
def stage() -> Response:
    """Read files, and show what they would change."""
    form = request.form
    naming = Naming(by_name=form.get("keys") == "name", prefix=form.get("prefix", "").strip()[:60])
    try:
        staged = stage_import(
            db_session(),
            acting().tenant_id,
            [sent.read() for sent in request.files.getlist("file")],
            origin=form.get("origin", ""),
            naming=naming,
            by=acting().person_name,
            now=utc_now(),
        )
    except InvalidError as error:
        return _import_page(form, error=error, status=422)
    return see_other(url_for("inventory.show_import", import_id=staged.id))


@bp.get("/t/<tenant>/inventory/imports/<uuid:import_id>")
@require("inventory.edit")
def show_import(import_id: UUID) -> Response:
    """Show what an import would change, or has changed."""
    return PAGES.preview(import_id)


@bp.post("/t/<tenant>/inventory/imports/<uuid:import_id>")
@require("inventory.edit")
def apply(import_id: UUID) -> Response:
    """Make the inventory say what the file says."""
    where, remove = (db_session(), acting().tenant_id), "remove_gone" in request.form
    make = partial(apply_import, *where, import_id, remove_gone=remove, now=utc_now())
    return PAGES.applied(import_id, make)


def _resource_page(
    resource_id: UUID, *, error: InvalidError | None = None, status: int = 200
) -> Response:
    where = (db_session(), acting().tenant_id)
    standing = standing_of(*where, resource_id)
    panels: list[Any] = current_app.extensions["garland.resource_panels"]
    return render(
        "runtime/inventory/show.html",
        status=status,
        standing=standing,
        panels=[panel(*where, standing.resource.key) for panel in panels],
        relations=RELATIONS,
        refused=error,
        asked=request.form,
    )


def _form_page(
    form: Any,
    *,
    found: resources.ResourceView | None = None,
    error: InvalidError | None = None,
    status: int = 200,
) -> Response:
    problems = error.problems if error is not None else ()
    return render(
        "runtime/inventory/form.html",
        status=status,
        form=form,
        found=found,
        kinds=[(kind, kind.capitalize()) for kind in KINDS],
        sites=resources.site_keys(db_session(), acting().tenant_id),
        problems=problems,
        wrong={one.pointer.lstrip("/"): one.message for one in problems},
    )


def _import_page(form: Any, *, error: InvalidError | None = None, status: int = 200) -> Response:
    return render(
        "runtime/inventory/import.html",
        status=status,
        form=form,
        problems=error.problems if error is not None else (),
        recent=recent_imports(db_session(), acting().tenant_id, kind=KIND),
    )
