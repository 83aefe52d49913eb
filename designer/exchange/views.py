"""Workflows taken away as files, and brought: a file is read, shown, and then made, or let go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.http import acting, db_session, render, require, see_other
from kernel.numbers import whole_number
from runtime.flows import versions
from runtime.flows.drawn import picture_of
from runtime.flows.exchange import exporting, staged
from runtime.flows.exchange.api import exported
from runtime.flows.exchange.envelope import MOST
from runtime.flows.exchange.files import read_file, zip_of
from runtime.imports.staging import ImportAppliedError
from tenancy.audit.trail import note

bp = Blueprint("exchange", __name__)

PICTURES_MAX = 20
PICTURED_STEPS_MAX = 200
CHOICES = {
    "new": "A new workflow",
    "draft": "The draft of the one that is there",
    "leave": "Leave it out",
}


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/export.<any(json,bpmn,svg):form>")
@require("workflows.view")
def export(flow_id: UUID, form: str) -> Response:
    """Give a workflow as a file."""
    return exported(flow_id, form)


@bp.post("/t/<tenant>/workflows/export")
@require("workflows.view")
def export_many() -> Response:
    """Give the workflows that are ticked as a zip, a file each."""
    where = (db_session(), acting().tenant_id)
    chosen = [_id_of(one) for one in request.form.getlist("flow")][:MOST]
    if not chosen:
        flash("Choose at least one workflow.", "notice")
        return see_other(url_for("workflows.list_workflows"))
    flows = [versions.get_flow(*where, one) for one in dict.fromkeys(chosen)]
    files = {f"{flow.slug}.json": exporting.export_json(*where, [flow.id]) for flow in flows}
    facts = {"workflows": [flow.name for flow in flows]}
    note(*where, "workflows.exported", now=utc_now(), facts=facts)
    response = Response(zip_of(files), mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="workflows.zip"'
    return response


@bp.get("/t/<tenant>/workflows/import")
@require("workflows.edit")
def start_import() -> Response:
    """Show where a file is chosen or its text pasted."""
    return _start_page()


@bp.post("/t/<tenant>/workflows/import")
@require("workflows.edit")
def stage() -> Response:
    """Read a file, and show what it would make."""
    sent, text = request.files.get("file"), request.form.get("text", "")
    content = sent.read() if sent is not None and sent.filename else text.encode("utf-8", "replace")
    name = (sent.filename if sent is not None else "") or "what was pasted"
    db_session().rollback()  # who signed in was looked up: nobody is held up while a file is read
    try:
        carried = read_file(content, name=name)
    except InvalidError as error:
        return _start_page(text=text, problems=error.problems, status=422)
    by, now, where = acting().person_name, utc_now(), (db_session(), acting().tenant_id)
    found = staged.stage_workflows(*where, carried, name=name, by=by, now=now)
    return see_other(url_for("exchange.show_import", import_id=found.id))


@bp.get("/t/<tenant>/workflows/import/<uuid:import_id>")
@require("workflows.edit")
def show_import(import_id: UUID) -> Response:
    """Show what a file would make, workflow by workflow."""
    try:
        return _plan_page(import_id)
    except ImportAppliedError as error:
        return _applied(error)


@bp.post("/t/<tenant>/workflows/import/<uuid:import_id>")
@require("workflows.edit")
def apply(import_id: UUID) -> Response:
    """Make what was chosen, all of it or nothing."""
    where, form = (db_session(), acting().tenant_id), request.form
    named = [name.removeprefix("as/") for name in form if name.startswith("as/")]
    choices = {slug: form.get(f"as/{slug}", "") for slug in named}
    revisions = {slug: whole_number(form.get(f"revision/{slug}", "")) for slug in named}
    try:
        made = staged.apply_staged(
            *where,
            import_id,
            choices=choices,
            revisions={slug: one for slug, one in revisions.items() if one is not None},
            by=acting().person_name,
            now=utc_now(),
        )
    except (InvalidError, ConflictError) as error:
        db_session().rollback()
        if isinstance(error, ImportAppliedError):
            return _applied(error)
        problems = getattr(error, "problems", ()) or [Problem("", error.message)]
        return _plan_page(import_id, problems=problems, status=error.status)
    names = ", ".join(flow.name for flow in made[:3]) + (" …" if len(made) > 3 else "")  # noqa: PLR2004
    flash(f"Imported: {names}. Nothing of it is live before it is published.", "success")
    if len(made) == 1:
        return see_other(url_for("workflows.edit_workflow", flow_id=made[0].id))
    return see_other(url_for("workflows.list_workflows"))


def _applied(error: ImportAppliedError) -> Response:
    flash(f"{error.message[0].upper()}{error.message[1:]}.", "notice")
    return see_other(url_for("exchange.start_import"))


def _start_page(*, text: str = "", problems: Sequence[Problem] = (), status: int = 200) -> Response:
    return render("designer/exchange/import.html", status=status, text=text, problems=problems)


def _plan_page(import_id: UUID, *, problems: Sequence[Problem] = (), status: int = 200) -> Response:
    where = (db_session(), acting().tenant_id)
    planned = staged.plan_staged(*where, import_id)
    registry = registry_of(*where)
    pictures = {
        one.slug: picture_of(one.document, registry, "page")
        for one in planned[:PICTURES_MAX]
        if len(one.document["steps"]) <= PICTURED_STEPS_MAX
    }
    options: dict[str, Any] = {
        one.slug: [(key, text) for key, text in CHOICES.items() if key != "draft" or one.standing]
        for one in planned
    }
    return render(
        "designer/exchange/plan.html",
        status=status,
        import_id=import_id,
        planned=planned,
        options=options,
        chosen={one.slug: request.form.get(f"as/{one.slug}", one.choice) for one in planned},
        pictures=pictures,
        problems=problems,
    )


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("no such workflow") from None
