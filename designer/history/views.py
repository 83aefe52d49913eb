"""Pages of a workflow's versions, and what is done with them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError
from kernel.http import acting, db_session, render, require, see_other
from runtime.flow_control import retiring
from runtime.flows import history, versions
from runtime.flows.api import readable
from runtime.flows.comparing import compare, version_asked
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
    retiring.bring_back_version(*where, flow_id, number, by=by)
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


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/versions/<int:number>/diff")
@require("workflows.view")
def show_diff(flow_id: UUID, number: int) -> Response:
    """Show what changed from a version to another, or to the draft."""
    where = (db_session(), acting().tenant_id, flow_id)
    other = version_asked(request.args.get("with", ""))
    known = [one.number for one in versions.list_versions(*where) if one.number != number]
    return render(
        "designer/history/diff.html",
        nav_active="workflows",
        name=versions.get_flow(*where).name,
        versions_url=url_for("history.list_versions", flow_id=flow_id),
        number=number,
        other=other,
        options=[(str(one), f"Version {one}") for one in known],
        changes=compare(
            readable(history.document_of(*where, number)),
            readable(history.document_of(*where, other)),
        ),
        beside=" but, at most, where steps are drawn",
    )


def _page(
    flow_id: UUID, *, refused: InvalidError | None = None, number: int | None = None
) -> Response:
    where = (db_session(), acting().tenant_id, flow_id)
    return render(
        "designer/history/versions.html",
        status=refused.status if refused else 200,
        flow=versions.get_flow(*where),
        history=versions.list_versions(*where),
        runs=runs_by_version(*where),
        refused=refused,
        refused_number=number,
    )
