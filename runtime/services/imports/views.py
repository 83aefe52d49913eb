"""The pages of importing services: a file, what it would change, and applying it."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import InvalidError
from kernel.http import acting, db_session, render, require, see_other
from kernel.zones import zone_names
from runtime.imports.views import ImportPages
from runtime.services.importing import KIND, apply_import, stage_import

bp = Blueprint("service_imports", __name__)
PAGES = ImportPages(
    kind=KIND,
    things="services",
    nothing="The services say the same already",
    loss="all that is known of how they went",
    start="service_imports.start_import",
    show="service_imports.show_import",
    after="services.list_services",
)


@bp.get("/t/<tenant>/services/imports")
@require("services.edit")
def start_import() -> Response:
    """Show where a file is chosen."""
    return _start_page({"zone": "Europe/Zurich"})


@bp.post("/t/<tenant>/services/imports")
@require("services.edit")
def stage() -> Response:
    """Read a file, and show what it would change."""
    form, sent = request.form, request.files.get("file")
    try:
        staged = stage_import(
            db_session(),
            acting().tenant_id,
            sent.read() if sent is not None else b"",
            origin=form.get("origin", ""),
            zone=form.get("zone", ""),
            by=acting().person_name,
            now=utc_now(),
        )
    except InvalidError as error:
        return _start_page(form, error=error, status=422)
    return see_other(url_for("service_imports.show_import", import_id=staged.id))


@bp.get("/t/<tenant>/services/imports/<uuid:import_id>")
@require("services.edit")
def show_import(import_id: UUID) -> Response:
    """Show what an import would change, or has changed."""
    return PAGES.preview(import_id)


@bp.post("/t/<tenant>/services/imports/<uuid:import_id>")
@require("services.edit")
def apply(import_id: UUID) -> Response:
    """Make the services what the file says."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    remove = "remove_gone" in request.form
    make = partial(apply_import, *where, import_id, remove_gone=remove, by=by, now=utc_now())
    return PAGES.applied(import_id, make)


def _start_page(form: Any, *, error: InvalidError | None = None, status: int = 200) -> Response:
    problems = error.problems if error is not None else ()
    return render(
        "runtime/services/import.html",
        status=status,
        form=form,
        zones=zone_names(),
        problems=problems,
    )
