"""The list of runs, one run, and what people do to them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from blocks.installs.registry import registry_of
from kernel.clock import utc_now
from kernel.cursors import decode_cursor, encode_cursor
from kernel.errors import ConflictError, GarlandError, InvalidError, NotFoundError
from kernel.http import (
    acting,
    address_with,
    db_session,
    page_of,
    render,
    require,
    see_other,
    wants_part,
)
from kernel.json_text import read_json
from runtime.block_pictures.views import icons_of
from runtime.flows.layout import laid_out
from runtime.flows.picture import TRIGGERS, entries_of
from runtime.flows.titles import titles_of
from runtime.flows.versions import flow_choices
from runtime.runs import bulk, control, listing, query
from runtime.runs.asked import NAMES as ASKED
from runtime.runs.asked import read_asked
from runtime.runs.changing import changed_input, input_to_change
from runtime.runs.drawing import without_values
from runtime.runs.filters import NAMES, read_filter
from runtime.runs.page import describe, title_of
from runtime.runs.remedies import remedy_for
from runtime.runs.values import PARTS, as_text, large_value, manifest_of, shown

bp = Blueprint("runs", __name__)


@bp.get("/t/<tenant>/runs")
@require("runs.view")
def list_runs() -> AnyResponse:
    """Show runs, newest first; events refresh the rows, `as_of` without new ones among them."""
    where = (db_session(), acting().tenant_id)
    wanted, as_of = read_filter(request.args), decode_cursor(request.args.get("as_of"), parts=2)
    found, more = page_of(
        lambda limit, after: listing.list_runs(
            *where, wanted, limit=limit, after=after, as_of=as_of
        ),
        query.place_of,
    )
    top = query.place_of(found[0]) if found else None
    here = address_with(cursor=request.args.get("cursor"), as_of=None)
    is_first = not request.args.get("cursor")
    return render(
        "runtime/runs/list.html",
        "runtime/runs/_rows.html",
        runs=found,
        counts=listing.count_by_state(*where, wanted),
        kinds=[(kind, TRIGGERS[kind][0]) for kind in listing.KINDS],
        codes=[] if wants_part() else listing.recent_error_codes(*where),
        flows=[] if wants_part() else flow_choices(*where),
        asked=request.args,
        is_filtered=any(request.args.get(name) for name in NAMES if name != "zone"),
        address_with=address_with,
        newer=listing.count_newer(*where, wanted, place=top) if as_of and top else None,
        here=here,
        held=address_with(as_of=encode_cursor(*top)) if top and is_first else here,
        next_url=address_with(cursor=more, as_of=None) if more else None,
    )


@bp.post("/t/<tenant>/runs")
@require("runs.operate")
def act_on_many() -> AnyResponse:
    """Cancel, retry or run again the runs that are ticked, or all that fit the filter."""
    verb, where = request.form.get("verb", ""), (db_session(), acting().tenant_id)
    if verb not in bulk.ELIGIBLE:
        raise NotFoundError("there is no such action for many runs")
    if request.form.get("all"):
        wanted, states = read_filter(request.args), bulk.ELIGIBLE[verb]
        chosen = listing.matching_ids(*where, wanted, states=states, limit=bulk.BULK_MAX)
    else:
        chosen = [_id_of(one) for one in request.form.getlist("run")][: bulk.BULK_MAX]
    done = bulk.act(*where, verb, chosen, by=acting().person_name, now=utc_now())
    flash(bulk.summary(verb, done), "warning" if any(one.code for one in done) else "success")
    return see_other(address_with())


@bp.get("/t/<tenant>/runs/<uuid:run_id>")
@require("runs.view")
def show_run(run_id: UUID) -> AnyResponse:
    """Show one run; a part that was `seen` as it still is, is answered with 204."""
    where = (db_session(), acting().tenant_id)
    run = query.get_run(*where, run_id)
    stamp = query.stamp_of(*where, run)
    if wants_part() and request.args.get("seen") == stamp:
        return make_response("", 204)
    asked = read_asked(request.args)
    here = {name: request.args[name] for name in ASKED if request.args.get(name)}
    facts = describe(*where, run, asked, registry=registry_of(*where), now=utc_now())
    return render(
        "runtime/runs/show.html",
        "runtime/runs/_run.html",
        **facts,
        asked=asked,
        here={**here, "seen": stamp},
        address_with=partial(address_with, seen=None),
        trigger_names={kind: facts[0] for kind, facts in TRIGGERS.items()},
        drawing=None if wants_part() else _drawing(facts["version"].document),
    )


@bp.get("/t/<tenant>/runs/<uuid:run_id>/value")
@require("runs.view")
def show_value(run_id: UUID) -> AnyResponse:
    """Give a large value that a step was given or gave, as a part of its page or as a file."""
    part, at = request.args.get("part", ""), request.args.get("at", "")
    step = _step_asked(run_id, request.args)
    if part not in PARTS:
        raise NotFoundError("a step has config, input and output")
    manifest = manifest_of(step, registry_of(db_session(), acting().tenant_id))
    found = large_value(db_session(), acting().tenant_id, step, part, at, manifest)
    if request.args.get("file"):
        response = Response(as_text(found), mimetype="application/json")
        response.headers["Content-Disposition"] = f'attachment; filename="{part}.json"'
        return response
    return render(
        "runtime/runs/value.html",
        "runtime/runs/_value.html",
        run_id=run_id,
        step=step,
        title=_title_of(run_id, step),
        which=part,
        at=at,
        value=shown(found),
    )


@bp.post("/t/<tenant>/runs/<uuid:run_id>/cancel")
@require("runs.operate")
def cancel(run_id: UUID) -> AnyResponse:
    """End a run."""
    who = acting()
    return _tried(
        run_id,
        lambda: control.cancel_run(
            db_session(), who.tenant_id, run_id, by=who.person_name, now=utc_now()
        ),
        "The run is being cancelled.",
    )


@bp.get("/t/<tenant>/runs/<uuid:run_id>/retry")
@require("runs.operate")
def ask_retry(run_id: UUID) -> AnyResponse:
    """Show the form of a retry, with what the failed step was given."""
    return _retry_form(run_id, request.args)


@bp.post("/t/<tenant>/runs/<uuid:run_id>/retry")
@require("runs.operate")
def retry(run_id: UUID) -> AnyResponse:
    """Let a failed run go on, its failed step with another input where that was changed."""
    step, text = request.form.get("step") or None, request.form.get("input", "").strip()
    where = (db_session(), acting().tenant_id, run_id)
    by, now = acting().person_name, utc_now()
    try:
        given = _input_of(run_id, text) if step and text else None
        control.retry_run(*where, by=by, now=now, step=step, input=given)
    except GarlandError as error:
        if not step:
            flash(error.message, "error")
            return see_other(url_for("runs.show_run", run_id=run_id))
        return _retry_form(run_id, request.form, refused=error, text=text)
    flash("The run goes on from the step that failed.", "success")
    return see_other(url_for("runs.show_run", run_id=run_id))


@bp.post("/t/<tenant>/runs/<uuid:run_id>/rerun")
@require("runs.operate")
def rerun(run_id: UUID) -> AnyResponse:
    """Start a new run of the same version, and show it."""
    begin = request.form.get("from_step") or None
    where, by = (db_session(), acting().tenant_id), acting().person_name
    try:
        started = control.rerun(*where, run_id, by=by, now=utc_now(), from_step=begin)
    except (ConflictError, InvalidError) as error:
        flash(error.message, "error")
        return see_other(url_for("runs.show_run", run_id=run_id))
    return see_other(url_for("runs.show_run", run_id=started))


def _tried(run_id: UUID, deed: Any, said: str) -> AnyResponse:
    try:
        deed()
        flash(said, "success")
    except ConflictError as error:
        flash(error.message, "error")
    return see_other(url_for("runs.show_run", run_id=run_id))


def _retry_form(
    run_id: UUID,
    asked: Mapping[str, str],
    *,
    refused: GarlandError | None = None,
    text: str | None = None,
) -> AnyResponse:
    where = (db_session(), acting().tenant_id)
    run, step = query.get_run(*where, run_id), _step_asked(run_id, asked)
    registry = registry_of(db_session(), acting().tenant_id)
    if text is None:
        text = as_text(input_to_change(*where, step, registry))
    return render(
        "runtime/runs/retry.html",
        "runtime/runs/_retry.html",
        status=_form_status(refused),
        run=run,
        step=step,
        title=_title_of(run_id, step),
        remedy=remedy_for(step.error, manifest_of(step, registry)),
        text=text,
        refused=refused,
    )


def _title_of(run_id: UUID, step: query.StepView) -> str:
    where = (db_session(), acting().tenant_id)
    version = query.version_of(*where, query.get_run(*where, run_id))
    return title_of(step.step, titles_of(version.document, registry_of(*where)))


def _form_status(refused: GarlandError | None) -> int:
    """Give the status of a form; one that was refused is swapped in with 409 and 422 alone."""
    if refused is None:
        return 200
    return 409 if isinstance(refused, ConflictError) else 422


def _input_of(run_id: UUID, text: str) -> dict[str, Any] | None:
    """Read the input a person gives a step; None when it is what the step had."""
    step, sent = _step_asked(run_id, request.form), read_json(text.encode(), what="the input")
    return changed_input(
        db_session(), acting().tenant_id, step, sent, registry_of(db_session(), acting().tenant_id)
    )


def _step_asked(run_id: UUID, asked: Mapping[str, str]) -> query.StepView:
    wanted, where = read_asked(asked), (db_session(), acting().tenant_id, run_id)
    found = query.find_step(*where, wanted.step, wanted.attempt)
    if found is None:
        raise NotFoundError("no such step was begun in this run")
    return found


def _drawing(document: Mapping[str, Any]) -> dict[str, Any]:
    registry = registry_of(db_session(), acting().tenant_id)
    drawn = without_values(laid_out(document), registry)
    return {"flow": drawn, "blocks": entries_of(document, registry, icons_of(registry))}


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError("no such run") from None
