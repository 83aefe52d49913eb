"""Trials of a draft: asked for in a form, started, let go on, stopped."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, request, url_for
from werkzeug.wrappers import Response

from blocks.forms import OPERATION
from designer.starting.form import read_input
from designer.trials.asking import read_asked
from designer.trials.bar import bar_facts
from designer.trials.offered import alarms_asked, form_facts
from designer.trials.starts import start_of
from designer.workflows.trying import recent_alarms, trial_start
from designer.workflows.views import flow_page
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, NotFoundError
from kernel.http import (
    acting,
    db_session,
    is_machine_request,
    only_reads,
    page_of,
    render,
    require,
    see_other,
    wants_part,
)
from runtime.alarms import store as alarms
from runtime.flow_control.trying import require_effects, require_going_on
from runtime.flows import versions
from runtime.runs import control, stepping
from runtime.runs.query import RunFilter, RunView, get_run, list_runs, place_of
from runtime.runs.start import start_trial as start_whole
from runtime.trials.inputs import keep_input
from runtime.trials.trying import Wanted, try_draft

bp = Blueprint("trials", __name__)

ROWS = 12


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/trial")
@require("workflows.run")
def try_out(flow_id: UUID) -> Response:
    """Run the draft on the latest alarm, or a sample; nothing outside changes unless asked."""
    where, who = (db_session(), acting().tenant_id), acting()
    flow, now = versions.get_flow(*where, flow_id), utc_now()
    begin = trial_start(flow.draft, recent_alarms(*where)[0], by=who.person_name, now=now)
    wanted = Wanted(allow_effects=request.form.get("allow_effects") == "true")
    confirmed = request.form.get("confirmed") == "true"
    try:
        require_effects(*where, flow_id, wanted, who=who, confirmed=confirmed)
        run_id = start_whole(*where, flow_id, begin, allow_effects=wanted.allow_effects, now=now)
    except (InvalidError, ConflictError) as error:
        return flow_page(flow_id, status=422, refused=error)
    return see_other(url_for("runs.show_run", run_id=run_id))


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/trials/ask")
@require("workflows.run")
def ask_trial(flow_id: UUID) -> Response:
    """Show the form of a trial: what it is tried with, what it may change."""
    return _form(flow_id)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/trials/ask")
@require("workflows.run")
@only_reads
def change_asked(flow_id: UUID) -> Response:
    """Give the form again for another source, trigger or search."""
    return _form(flow_id)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/trials")
@require("workflows.run")
def start_trial(flow_id: UUID) -> Response:
    """Start the trial that the form asks for and show it, or tell programs where it is."""
    if OPERATION in request.form:
        again = _form(flow_id)
        again.headers["HX-Retarget"] = "#trial-form"  # else it would come in place of the run
        return again
    asked, where, who = read_asked(request.form), (db_session(), acting().tenant_id), acting()
    flow, now = versions.get_flow(*where, flow_id), utc_now()
    try:
        wanted = asked.wanted()
        require_effects(*where, flow_id, wanted, who=who, confirmed=asked.confirmed)
        by = who.person_name
        start = start_of(*where, flow_id, flow.draft, asked, request.form, by=by, now=now)
        if asked.keep_as:
            facts: dict[str, Any] = {"trigger_id": start.trigger_id or "", "trigger": start.trigger}
            keep_input(*where, flow_id, asked.keep_as, by=by, now=now, **facts)
        run_id = try_draft(*where, flow_id, start, wanted, now=now)
    except (InvalidError, ConflictError) as error:
        if is_machine_request():
            raise
        return _form(flow_id, refused=error)
    if wants_part():
        return _bar(_run(flow_id, run_id))
    if is_machine_request():
        bar = url_for("trials.show_bar", flow_id=flow_id, run_id=run_id)
        return jsonify(run=str(run_id), url=bar)
    return see_other(url_for("runs.show_run", run_id=run_id))


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/trials/<uuid:run_id>")
@require("runs.view")
def show_bar(flow_id: UUID, run_id: UUID) -> Response:
    """Show a run over the draft: how far it is, what it holds before, what it did not really do."""
    return _bar(_run(flow_id, run_id))


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/trials/<uuid:run_id>/go")
@require("workflows.run")
def go_on(flow_id: UUID, run_id: UUID) -> Response:
    """Let the held `step` go on, or without one all of them until the next of `stops`."""
    require_going_on(db_session(), acting().tenant_id, _run(flow_id, run_id), who=acting())
    where, step = (db_session(), acting().tenant_id, run_id), request.form.get("step", "")
    if step:
        stepping.next_step(*where, step, now=utc_now())
    else:
        stepping.run_on(*where, stops=request.form.getlist("stops") or None, now=utc_now())
    return _bar(_run(flow_id, run_id))


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/trials/<uuid:run_id>/stop")
@require("workflows.run")
def stop(flow_id: UUID, run_id: UUID) -> Response:
    """End a trial."""
    if not _run(flow_id, run_id).is_trial:
        raise NotFoundError("no such test run of this workflow", run_id=str(run_id))
    where = (db_session(), acting().tenant_id)
    control.cancel_run(*where, run_id, by=acting().person_name, now=utc_now())
    return _bar(_run(flow_id, run_id))


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/trials/past")
@require("runs.view")
def list_past(flow_id: UUID) -> Response:
    """List the runs of a workflow that can be laid over its draft, trials too."""
    flow = versions.get_flow(db_session(), acting().tenant_id, flow_id)
    runs, more = _runs_of(flow_id)
    page, part = "designer/trials/past.html", "designer/trials/_past.html"
    return render(page, part, flow=flow, runs=runs, more=more)


def _run(flow_id: UUID, run_id: UUID) -> RunView:
    run = get_run(db_session(), acting().tenant_id, run_id)
    if run.flow_id != flow_id:
        raise NotFoundError("no such run of this workflow", run_id=str(run_id))
    return run


def _bar(run: RunView) -> Response:
    facts = bar_facts(db_session(), acting().tenant_id, run)
    return render("designer/trials/bar.html", "designer/trials/_bar.html", **facts)


def _runs_of(flow_id: UUID) -> tuple[list[RunView], str | None]:
    where, wanted = (db_session(), acting().tenant_id), RunFilter(flow_id=flow_id, with_trials=True)
    return page_of(
        lambda limit, after: list_runs(*where, wanted, limit=limit, after=after),
        place_of,
        default=ROWS,
    )


def _alarms_of(wanted: alarms.AlarmFilter) -> tuple[list[Any], str | None]:
    where = (db_session(), acting().tenant_id, wanted)
    return page_of(
        lambda limit, after: alarms.list_alarms(*where, limit=limit, after=after),
        alarms.place_of,
        default=ROWS,
    )


def _form(flow_id: UUID, *, refused: InvalidError | ConflictError | None = None) -> Response:
    where = (db_session(), acting().tenant_id)
    flow, asked = versions.get_flow(*where, flow_id), read_asked(request.values)
    filled = read_input(flow.draft.get("input") or {}, request.form) if request.form else {}
    problems = getattr(refused, "problems", ())
    facts = form_facts(*where, flow, asked, filled=filled, problems=tuple(problems))
    found: tuple[list[Any], str | None] = ([], None)
    if facts["source"] == "alarm":
        found = _alarms_of(alarms_asked(asked))
    elif facts["source"] == "run":
        found = _runs_of(flow_id)
    return render(
        "designer/trials/ask.html",
        "designer/trials/_ask.html",
        status=422 if refused else 200,
        rows=found[0],
        more=found[1],
        refused=refused,
        **facts,
    )
