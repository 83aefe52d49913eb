"""The dialog that publishes: what changes and what it affects, then the version that is live."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from blocks.registry import Registry
from blocks.speaking import in_language
from designer.publishing.plan import publish_plan
from designer.workflows.views import flow_page
from kernel.clock import utc_now
from kernel.errors import InvalidError
from kernel.http import acting, db_session, languages, render, require, see_other, vault, wants_part
from runtime.block_pictures.views import icons_of
from runtime.drafts.differing import Difference
from runtime.flow_control import publishing
from runtime.flows import versions
from runtime.flows.layout import laid_out
from runtime.flows.picture import entries_of
from runtime.flows.revisions import built_on
from runtime.flows.versions import FlowView
from runtime.runs.drawing import without_values
from tenancy.policies import SecondPersonError

bp = Blueprint("publishing", __name__)


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/publish")
@require("workflows.publish")
def show_plan(flow_id: UUID) -> Response:
    """Show what publishing the draft would change and affect, and what stands in the way."""
    return _plan(flow_id)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/publish")
@require("workflows.publish")
def publish(flow_id: UUID) -> Response:
    """Make the draft the live version, if it is still the one that was looked at."""
    note, seen = request.form.get("note", ""), request.form.get("revision", type=int)
    where, by = (db_session(), acting().tenant_id), acting().person_name
    publishing.require_use(*where, flow_id, who=acting())
    flow = versions.get_flow(*where, flow_id)
    if seen is not None and seen != flow.draft_revision:
        told = f"Nothing was published: {_moved_on(flow, seen)}. This is what it is now."
        return _plan(flow_id, refused=told, note=note, status=422)
    try:
        version = publishing.publish(
            *where, flow_id, note=note, by=by, vault=vault(), now=utc_now()
        )
    except (InvalidError, SecondPersonError) as error:
        return _refused(flow_id, error)
    return _is_live(flow_id, version.number or 0, flow.live_number)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/versions/<int:number>/live")
@require("workflows.publish")
def go_back(flow_id: UUID, number: int) -> Response:
    """Make a version that was published before live again; the draft stays as it is."""
    where = (db_session(), acting().tenant_id, flow_id)
    before = versions.get_flow(*where).live_number
    try:
        publishing.go_back(*where, number, who=acting(), now=utc_now())
    except (InvalidError, SecondPersonError) as error:
        flash(f"Nothing was changed: {error.message}.", "error")
        return see_other(url_for("history.list_versions", flow_id=flow_id))
    return _is_live(flow_id, number, before)


def drawing_of(
    difference: Difference, registry: Registry, title: str = "What changes"
) -> dict[str, Any]:
    """Give what the canvas needs to draw a difference."""
    drawn = without_values(laid_out(difference.drawn), registry)
    marks = {"nodes": difference.nodes, "wires": difference.wires, "title": title}
    blocks = entries_of(difference.drawn, registry, icons_of(registry))
    return {"flow": drawn, "blocks": blocks, "marks": marks}


def _moved_on(flow: FlowView, seen: int) -> str:
    """Say who changed the draft since it was looked at: whoever publishes, or somebody else."""
    page = request.form.get("page", "")[:36]
    if built_on(db_session(), flow, seen, page=page) == flow.draft_revision:
        return "your latest changes were saved after this was shown"
    if flow.updated_by == acting().person_name:
        return "the draft was changed meanwhile under your name, in another window"
    return f"{flow.updated_by or 'somebody'} changed the draft meanwhile"


def _plan(flow_id: UUID, *, refused: str = "", note: str = "", status: int = 200) -> Response:
    where = (db_session(), acting().tenant_id)
    registry = in_language(registry_of(*where), languages())
    plan = publish_plan(*where, versions.get_flow(*where, flow_id), registry)
    return render(
        "designer/publishing/plan.html",
        "designer/publishing/_plan.html",
        status=status,
        plan=plan,
        flow=plan.flow,
        drawing=drawing_of(plan.difference, registry),
        refused=refused,
        note=note,
    )


def _refused(flow_id: UUID, error: InvalidError | SecondPersonError) -> Response:
    told = f"Nothing was published: {error.message}."
    if wants_part():
        return _plan(flow_id, refused=told, note=request.form.get("note", ""), status=422)
    if isinstance(error, InvalidError):
        return flow_page(flow_id, status=422, refused=error)
    flash(told, "warning")
    return see_other(url_for("going_live.ask_for_flow", flow_id=flow_id))


def _is_live(flow_id: UUID, number: int, before: int | None) -> Response:
    if not wants_part():
        flash(f"Version {number} is live.", "success")
        return see_other(url_for("workflows.edit_workflow", flow_id=flow_id))
    flow = versions.get_flow(db_session(), acting().tenant_id, flow_id)
    return render(
        "designer/publishing/_published.html",
        flow=flow,
        number=number,
        before=before if before != number else None,
    )
