"""Pages of a workflow's versions, and what is done with them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from blocks.registry import Registry
from blocks.speaking import in_language
from designer.drafts import write_json_text
from designer.history.states import (
    read_ref,
    state_document,
    states_named,
    timeline,
    title_of,
)
from designer.publishing.views import drawing_of
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.http import acting, db_session, languages, render, require, see_other
from runtime.drafts.differing import difference
from runtime.drafts.going_on import restore_revision
from runtime.flow_control import retiring
from runtime.flows import history, versions
from runtime.flows.api import readable
from runtime.flows.comparing import compare
from runtime.flows.safe import for_reader
from runtime.runs.glance import runs_by_version

bp = Blueprint("history", __name__)


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/versions")
@require("workflows.view")
def list_versions(flow_id: UUID) -> Response:
    """Show the published versions, newest first, with what runs on them."""
    return _page(flow_id)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/versions/<int:number>/retire")
@require("workflows.publish")
def retire(flow_id: UUID, number: int) -> Response:
    """Let no new run of a version start, or say what still needs it."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    try:
        retiring.retire_version(*where, flow_id, number, by=by, now=utc_now())
    except retiring.VersionInUseError as error:
        return _page(flow_id, refused=error, number=number)
    flash(f"Version {number} is retired. What it did stays here.", "success")
    return see_other(url_for("history.list_versions", flow_id=flow_id))


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/versions/<int:number>/bring-back")
@require("workflows.publish")
def bring_back(flow_id: UUID, number: int) -> Response:
    """Let runs of a retired version start again."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    retiring.bring_back_version(*where, flow_id, number, by=by, now=utc_now())
    flash(f"Version {number} can be run again.", "success")
    return see_other(url_for("history.list_versions", flow_id=flow_id))


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/versions/<int:number>/restore")
@require("workflows.edit")
def restore(flow_id: UUID, number: int) -> Response:
    """Make a version the draft; refused when somebody saved the draft meanwhile."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    revision = request.form.get("revision", 0, type=int)
    try:
        history.restore_version(
            *where, flow_id, number, expected_revision=revision, by=by, now=utc_now()
        )
    except ConflictError as error:
        flash(f"Nothing was changed: {error.message}.", "error")
        return see_other(url_for("history.list_versions", flow_id=flow_id))
    flash(f"The draft is version {number} again. It is live once you publish it.", "success")
    return see_other(url_for("workflows.edit_workflow", flow_id=flow_id))


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/drafts/<int:number>/restore")
@require("workflows.edit")
def restore_draft(flow_id: UUID, number: int) -> Response:
    """Make an earlier draft the draft again; refused when somebody saved it meanwhile."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    versions.get_flow(*where, flow_id)  # nobody else's
    revision = request.form.get("revision", 0, type=int)
    try:
        restore_revision(*where, flow_id, number, expected_revision=revision, by=by, now=utc_now())
    except (ConflictError, NotFoundError) as error:
        flash(f"Nothing was changed: {error.message}.", "error")
        return see_other(url_for("history.list_versions", flow_id=flow_id))
    flash(f"The draft is as draft {number} was. What it was before is draft {revision}.", "success")
    return see_other(url_for("workflows.edit_workflow", flow_id=flow_id))


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/states/<ref>")
@require("workflows.view")
def show_state(flow_id: UUID, ref: str) -> Response:
    """Show a version or a draft as it was, on the canvas; nothing is changed by looking."""
    where = (db_session(), acting().tenant_id)
    flow, registry = versions.get_flow(*where, flow_id), _registry()
    named = read_ref(ref)
    document = readable(state_document(*where, flow, named))
    return render(
        "designer/history/state.html",
        flow=flow,
        ref=named,
        title=title_of(named),
        drawing=drawing_of(difference(document, document, registry), registry),
        text=write_json_text(document),
    )


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/states/<ref>/diff")
@require("workflows.view")
def compare_states(flow_id: UUID, ref: str) -> Response:
    """Show what changed from a version or draft to another, drawn and in words."""
    return _compared(flow_id, read_ref(ref))


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/versions/<int:number>/diff")
@require("workflows.view")
def show_diff(flow_id: UUID, number: int) -> Response:
    """Show what changed from a version to another, or to the draft."""
    return _compared(flow_id, f"v{number}")


def _compared(flow_id: UUID, ref: str) -> Response:
    where, registry = (db_session(), acting().tenant_id), _registry()
    flow, other = versions.get_flow(*where, flow_id), read_ref(request.args.get("with", ""))
    old, new = (state_document(*where, flow, one) for one in (ref, other))
    found = difference(old, new, registry)
    safe = [for_reader(one, registry, may_change=False) for one in (old, new)]
    return render(
        "designer/history/compared.html",
        flow=flow,
        ref=ref,
        other=other,
        titles=(title_of(ref), title_of(other)),
        options=[one for one in states_named(*where, flow_id) if one[0] != ref],
        difference=found,
        drawing=drawing_of(found, registry),
        lines=compare(*safe),
    )


def _registry() -> Registry:
    return in_language(registry_of(db_session(), acting().tenant_id), languages())


def _page(
    flow_id: UUID, *, refused: InvalidError | None = None, number: int | None = None
) -> Response:
    where = (db_session(), acting().tenant_id, flow_id)
    return render(
        "designer/history/versions.html",
        status=refused.status if refused else 200,
        flow=versions.get_flow(*where),
        history=versions.list_versions(*where),
        states=timeline(*where[:2], versions.get_flow(*where), _registry()),
        runs=runs_by_version(*where),
        refused=refused,
        refused_number=number,
    )
