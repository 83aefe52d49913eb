"""The page that starts a workflow by hand, and the one that tries a step alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.forms import OPERATION, can_show, unplaced_problems
from blocks.installs.registry import registry_of
from designer.starting.form import TEXT, read_input, start_fields
from designer.starting.trying import Texts, first_texts, read_alone, sent_texts
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.http import acting, db_session, render, require, see_other
from kernel.ids import new_id
from runtime.flow_control.trying import require_effects
from runtime.flows.excerpt import container_of
from runtime.flows.titles import titles_of
from runtime.flows.versions import get_flow
from runtime.runs.by_hand import ByHand, start_by_hand, starting
from runtime.runs.query import RunFilter, list_runs
from runtime.runs.trying import results_needed, take_from, try_step
from runtime.trials.trying import Wanted

bp = Blueprint("starting", __name__)

RECENT = 20
_SHOWN = ("/pins", "/trigger", "/input", "/item", "/confirmed")


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/start")
@require("workflows.run")
def ask_start(flow_id: UUID) -> Response:
    """Show the form of a start, or why the workflow cannot be started."""
    return _page(flow_id)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/start")
@require("workflows.run")
def start(flow_id: UUID) -> Response:
    """Start the workflow and show its run; the same form sent twice starts it once."""
    where, form = (db_session(), acting().tenant_id), request.form
    found = starting(*where, flow_id)
    schema = found.flow.input if found.flow is not None else {}
    filled: dict[str, Any] = {}
    try:
        filled = read_input(schema, form)
        if OPERATION in form:
            return _page(flow_id, filled=filled)
        said = ByHand(
            input=filled,
            trigger_id=form.get("trigger") or None,
            subject=form.get("subject", "").strip(),
            key=f"form:{form['form_key']}" if form.get("form_key") else "",
        )
        begun = start_by_hand(*where, flow_id, said, by=acting().person_name, now=utc_now())
    except InvalidError as error:
        return _page(flow_id, filled=filled, problems=error.problems, status=422)
    except ConflictError as error:
        return _page(flow_id, filled=filled, refused=error.message, status=409)
    if begun.is_new:
        flash(f"{found.name} was started.", "success")
    return see_other(url_for("runs.show_run", run_id=begun.run_id))


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/steps/<step>/try")
@require("workflows.run")
def ask_try(flow_id: UUID, step: str) -> Response:
    """Show the form that tries one step of the draft alone, with what a run gave where asked."""
    return _try_page(flow_id, step, _run_asked(request.args.get("from_run", "")))


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/steps/<step>/try")
@require("workflows.run")
def try_alone(flow_id: UUID, step: str) -> Response:
    """Start the trial and show its run."""
    where, form = (db_session(), acting().tenant_id), request.form
    from_run, texts = _run_asked(form.get("from_run", "")), sent_texts(form)
    try:
        wanted = read_alone(
            texts,
            from_run=from_run,
            allow_effects=form.get("allow_effects") == "true",
            key=f"form:{form['form_key']}" if form.get("form_key") else "",
        )
        trial = Wanted(allow_effects=wanted.allow_effects, only=step)
        confirmed = form.get("confirmed") == "true"
        require_effects(*where, flow_id, trial, who=acting(), confirmed=confirmed)
        by, now = acting().person_name, utc_now()
        begun = try_step(*where, flow_id, step, wanted, by=by, now=now)
    except InvalidError as error:
        return _try_page(flow_id, step, from_run, texts=texts, problems=error.problems)
    return see_other(url_for("runs.show_run", run_id=begun.run_id, step=step))


def _run_asked(text: str) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("no such run") from None


def _try_page(
    flow_id: UUID,
    step: str,
    from_run: UUID | None,
    *,
    texts: Texts | None = None,
    problems: Sequence[Problem] = (),
) -> Response:
    where = (db_session(), acting().tenant_id)
    flow = get_flow(*where, flow_id)
    loop = container_of(flow.draft, step)
    needed = results_needed(flow.draft, step, registry_of(db_session(), acting().tenant_id))
    taken = take_from(*where, flow_id, from_run).steps if from_run else {}
    recent = list_runs(*where, RunFilter(flow_id=flow_id, with_trials=True), limit=RECENT)
    names = titles_of(flow.draft, registry_of(db_session(), acting().tenant_id))
    wrong = {one.pointer.split("/")[1]: one.message for one in problems if "/" in one.pointer}
    return render(
        "designer/starting/try.html",
        status=422 if problems else 200,
        flow=flow,
        step=step,
        title=names[step],
        loop=names.get(loop, ""),
        needed=[names[id_] for id_ in needed],
        taken=[names[id_] for id_ in needed if id_ in taken],
        missing=[names[id_] for id_ in needed if id_ not in taken],
        from_run=from_run,
        recent=recent,
        texts=texts or first_texts(flow.draft, needed, has_run=from_run is not None),
        wrong=wrong,
        unplaced=[one for one in problems if not one.pointer.startswith(_SHOWN)],
        allow_effects=request.form.get("allow_effects") == "true",
        form_key=request.form.get("form_key") or str(new_id()),
    )


def _page(
    flow_id: UUID,
    *,
    filled: dict[str, Any] | None = None,
    problems: Iterable[Problem] = (),
    refused: str = "",
    status: int = 200,
) -> Response:
    where, asked = (db_session(), acting().tenant_id), request.form
    found = starting(*where, flow_id)
    schema = found.flow.input if found.flow is not None else {}
    fields = start_fields(schema, filled or {}, problems) if can_show(schema) else []
    return render(
        "designer/starting/start.html",
        status=status,
        flow=get_flow(*where, flow_id),
        found=found,
        fields=fields,
        has_form=can_show(schema),
        unplaced=unplaced_problems(fields, problems),
        refused=refused,
        text=asked.get(TEXT, ""),
        subject=asked.get("subject", ""),
        trigger=asked.get("trigger", ""),
        form_key=asked.get("form_key") or str(new_id()),
    )
