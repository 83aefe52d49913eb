"""Trials of a draft: started from its page or from the canvas, which follows them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, jsonify, request, url_for
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from designer.workflows.trying import progress_document, recent_alarms, trial_start
from designer.workflows.views import flow_page
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.http import acting, db_session, json_body, require, see_other
from kernel.schema import Schema
from runtime.flows import versions
from runtime.runs import start
from runtime.runs.query import get_run, steps_of

bp = Blueprint("trials", __name__)

_TRIAL = Schema(
    {
        "type": "object",
        "required": ["alarm"],
        "additionalProperties": False,
        "properties": {"alarm": {"type": "object"}, "allow_effects": {"type": "boolean"}},
    }
)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/trial")
@require("workflows.run")
def try_out(flow_id: UUID) -> Response:
    """Run the draft on the latest alarm, or a sample; nothing outside changes unless asked."""
    where = (db_session(), acting().tenant_id)
    flow = versions.get_flow(*where, flow_id)
    by, now = acting().person_name, utc_now()
    begin = trial_start(flow.draft, recent_alarms(*where)[0], by=by, now=now)
    allowed = request.form.get("allow_effects") == "true"
    try:
        run_id = start.start_trial(*where, flow_id, begin, allow_effects=allowed, now=now)
    except (InvalidError, ConflictError) as error:
        return flow_page(flow_id, status=422, refused=error)
    return see_other(url_for("runs.show_run", run_id=run_id))


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/trials")
@require("workflows.run")
def start_trial(flow_id: UUID) -> Response:
    """Start a trial from the designer: `alarm` and `allow_effects`; answers where to follow it."""
    body = json_body()
    _TRIAL.require(body, "a trial needs an alarm")
    where = (db_session(), acting().tenant_id)
    flow = versions.get_flow(*where, flow_id)
    by, now = acting().person_name, utc_now()
    begin = trial_start(flow.draft, body["alarm"], by=by, now=now)
    allowed = body.get("allow_effects", False)
    run_id = start.start_trial(*where, flow_id, begin, allow_effects=allowed, now=now)
    return jsonify(url=url_for("trials.show_trial", flow_id=flow_id, run_id=run_id))


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/trials/<uuid:run_id>")
@require("runs.view")
def show_trial(flow_id: UUID, run_id: UUID) -> Response:
    """Tell how far a trial is."""
    where = (db_session(), acting().tenant_id)
    run = get_run(*where, run_id)
    if run.flow_id != flow_id:
        raise NotFoundError("no such run of this workflow", run_id=str(run_id))
    return jsonify(
        progress_document(
            run, steps_of(*where, run_id), registry_of(db_session(), acting().tenant_id)
        )
    )
