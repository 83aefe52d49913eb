"""What is done with whole workflows: pausing many, copying, deleting."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import NotFoundError
from kernel.http import acting, address_with, db_session, render, require, see_other
from runtime.flow_control import removing
from runtime.flow_control.pausing import set_many_paused
from runtime.flows import versions
from runtime.runs.glance import count_runs_of

bp = Blueprint("keeping", __name__)

CHOSEN_MAX = 500
_DONE = {"pause": "paused", "resume": "resumed"}


@bp.post("/t/<tenant>/workflows/choice")
@require("workflows.publish")
def act_on_many() -> Response:
    """Pause or resume the workflows that are ticked."""
    verb, where = request.form.get("verb", ""), (db_session(), acting().tenant_id)
    if verb not in _DONE:
        raise NotFoundError("there is no such action for many workflows")
    chosen = [_id_of(one) for one in request.form.getlist("flow")][:CHOSEN_MAX]
    done = set_many_paused(*where, chosen, paused=verb == "pause", now=utc_now())
    count = f"{len(done)} {'workflow was' if len(done) == 1 else 'workflows were'}"
    flash(f"{count} {_DONE[verb]}." if done else "Choose at least one workflow.", "success")
    return see_other(address_with(url_for("workflows.list_workflows")))


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/copy")
@require("workflows.edit")
def copy(flow_id: UUID) -> Response:
    """Make a workflow with this one's draft, and open it."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    key = request.form.get("form_key", "")
    made, _ = removing.copy_flow(*where, flow_id, by=by, now=utc_now(), key=key)
    flash("This is the copy: a draft of its own, not published yet.", "success")
    return see_other(url_for("workflows.edit_workflow", flow_id=made.id))


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/delete")
@require("workflows.publish")
def ask_delete(flow_id: UUID) -> Response:
    """Say what goes with a workflow, or what keeps it from being deleted."""
    return _page(flow_id)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/delete")
@require("workflows.publish")
def delete(flow_id: UUID) -> Response:
    """Delete a workflow whose name the person typed."""
    where = (db_session(), acting().tenant_id)
    flow = versions.get_flow(*where, flow_id)
    if request.form.get("name", "").strip() != flow.name:
        return _page(flow_id, error=f"Type its name as it is written here: {flow.name}")
    try:
        removing.delete_flow(*where, flow_id, by=acting().person_name, now=utc_now())
    except removing.FlowInUseError as error:
        return _page(flow_id, status=error.status)
    flash(f"{flow.name} is deleted.", "success")
    return see_other(url_for("workflows.list_workflows"))


def _page(flow_id: UUID, *, error: str | None = None, status: int = 200) -> Response:
    where = (db_session(), acting().tenant_id)
    flow = versions.get_flow(*where, flow_id)
    return render(
        "designer/keeping/delete.html",
        status=422 if error else status,
        flow=flow,
        error=error,
        typed=request.form.get("name", ""),
        uses=removing.uses_of_flow(*where, flow),
        versions=len(versions.list_versions(*where, flow_id)),
        runs=count_runs_of(*where, flow_id, at_most=removing.RUNS_MAX),
    )


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("no such workflow") from None
