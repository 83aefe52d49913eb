"""Runs over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from blocks.installs.registry import registry_of
from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, json_body, optional_body, page_of, require
from kernel.http_located import located
from kernel.rest import describe, listed
from kernel.schema import Schema
from runtime.runs import bulk, control, listing, query, shapes
from runtime.runs.by_hand import ByHand, start_by_hand
from runtime.runs.changing import changed_input
from runtime.runs.filters import NAMES, read_filter
from runtime.runs.query import RunView
from runtime.runs.values import manifest_of, safe_trigger, safe_value
from runtime.secrecy import masked

api = Blueprint("runs_api", __name__, url_prefix="/api/v1/runs")
starts = Blueprint("run_starts_api", __name__, url_prefix="/api/v1/flows")

STEPS_PAGE = 100
_ID = {"type": "string", "format": "uuid"}
_START = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "input": {"type": "object"},
            "trigger": {"type": "string", "maxLength": 60},
            "subject": {"type": "string", "maxLength": 500},
        },
    }
)
_BULK = Schema(
    {
        "type": "object",
        "required": ["action"],
        "oneOf": [{"required": ["ids"]}, {"required": ["filter"]}],
        "additionalProperties": False,
        "properties": {
            "action": {"enum": list(bulk.ELIGIBLE)},
            "ids": {"type": "array", "items": _ID, "minItems": 1, "maxItems": bulk.BULK_MAX},
            "filter": {
                "type": "object",
                "propertyNames": {"enum": list(NAMES)},
                "additionalProperties": {"type": "string"},
            },
        },
    }
)
_RETRY = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"step": {"type": "string"}, "input": {"type": "object"}},
    }
)
_RERUN = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"from_step": {"type": "string"}},
    }
)


@api.get("")
@describe(query=shapes.QUERY, pages=True, answer=listed(shapes.RUN))
@require("runs.view")
def list_runs() -> Response:
    """List runs, newest first."""
    where = (db_session(), acting().tenant_id, read_filter(request.args))
    found, more = page_of(
        lambda limit, after: listing.list_runs(*where, limit=limit, after=after), query.place_of
    )
    return jsonify(items=[run_document(one) for one in found], next_cursor=more)


@api.get("/counts")
@describe(query=shapes.QUERY, answer=shapes.COUNTS)
@require("runs.view")
def count_runs() -> Response:
    """Count the runs that fit by state; `is_least` where there may be more."""
    where = (db_session(), acting().tenant_id, read_filter(request.args))
    found = listing.count_by_state(*where)
    counts = {state: {"count": n.count, "is_least": n.is_least} for state, n in found.items()}
    return jsonify(counts)


@api.post("/bulk")
@describe(body=_BULK, answer=shapes.MANY_DONE)
@require("runs.operate")
def act_on_many() -> Response:
    """Cancel, retry or run again many runs, by `ids` or all that fit a `filter`, newest first."""
    body = json_body()
    _BULK.require(body, "say which action on which runs: ids, or a filter")
    where, action = (db_session(), acting().tenant_id), body["action"]
    if "ids" in body:
        chosen = [UUID(one) for one in body["ids"]]
    else:
        wanted, states = read_filter(body["filter"]), bulk.ELIGIBLE[action]
        chosen = listing.matching_ids(*where, wanted, states=states, limit=bulk.BULK_MAX)
    done = bulk.act(*where, action, chosen, by=acting().person_name, now=utc_now())
    failed = sum(1 for one in done if one.code)
    items = [_done_document(one) for one in done]
    return jsonify(done=len(done) - failed, failed=failed, items=items)


@api.get("/<uuid:run_id>")
@describe(pages=True, answer=shapes.RUN_WITH_STEPS)
@require("runs.view")
def get_run(run_id: UUID) -> Response:
    """Give one run with its first steps; `/steps` gives all of them."""
    where = (db_session(), acting().tenant_id)
    run = query.get_run(*where, run_id)
    steps, more = _page_of_steps(run_id)
    values = {
        "trigger": safe_trigger(run.trigger, query.version_of(*where, run).document),
        "output": masked(query.output_of(*where, run_id), {}),
    }
    return jsonify({**run_document(run), **values, "steps": steps, "next_steps_cursor": more})


@api.get("/<uuid:run_id>/steps")
@describe(pages=True, answer=listed(shapes.STEP))
@require("runs.view")
def list_steps(run_id: UUID) -> Response:
    """List a run's attempts in the order they were queued."""
    query.get_run(db_session(), acting().tenant_id, run_id)
    steps, more = _page_of_steps(run_id)
    return jsonify(items=steps, next_cursor=more)


@api.post("/<uuid:run_id>/cancel")
@describe(answer=shapes.RUN)
@require("runs.operate")
def cancel(run_id: UUID) -> Response:
    """End a run; 409 when it is over already."""
    where = (db_session(), acting().tenant_id, run_id)
    control.cancel_run(*where, by=acting().person_name, now=utc_now())
    return jsonify(run_document(query.get_run(*where)))


@api.post("/<uuid:run_id>/retry")
@describe(body=_RETRY, is_optional=True, answer=shapes.RUN)
@require("runs.operate")
def retry(run_id: UUID) -> Response:
    """Let a failed run go on; `step` may be given another `input`. 409 when it did not fail.

    A secret that was sent back as it is shown, masked, stays what it was.
    """
    body = optional_body()
    _RETRY.require(body, "a retry takes a step and its input, both optional")
    where = (db_session(), acting().tenant_id, run_id)
    step, given = body.get("step"), body.get("input")
    failed = step or (query.get_run(*where).error or {}).get("step", "")
    had = query.find_step(*where, failed) if given is not None else None
    if had is not None:
        given = changed_input(*where[:2], had, given, registry_of(db_session(), acting().tenant_id))
    by, now = acting().person_name, utc_now()
    control.retry_run(*where, by=by, now=now, step=step, input=given)
    return jsonify(run_document(query.get_run(*where)))


@api.post("/<uuid:run_id>/rerun")
@describe(body=_RERUN, is_optional=True, answer=shapes.RUN, status=202)
@require("runs.operate")
def rerun(run_id: UUID) -> Response:
    """Start a new run of the same version, at `from_step` where that is given."""
    body = optional_body()
    _RERUN.require(body, "a re-run takes from_step, or nothing")
    where, by = (db_session(), acting().tenant_id), acting().person_name
    begin = body.get("from_step")
    begun = control.rerun(*where, run_id, by=by, now=utc_now(), from_step=begin)
    return started(query.get_run(*where, begun))


@starts.post("/<uuid:flow_id>/runs")
@describe(body=_START, is_optional=True, answer=shapes.RUN, status=202, also=(200,), keeps_key=True)
@require("workflows.run")
def start(flow_id: UUID) -> Response:
    """Start a published workflow by hand; `input` is what its expressions see as trigger.input.

    The same `Idempotency-Key` gives the run it started before, with 200 instead of 202. 409 when
    the workflow takes no new run.
    """
    body = optional_body()
    _START.require(body, "a run starts with input, trigger and subject, each optional")
    said = ByHand(
        input=body.get("input", {}),
        trigger_id=body.get("trigger"),
        subject=body.get("subject", ""),
        key=request.headers.get("Idempotency-Key", ""),
    )
    where = (db_session(), acting().tenant_id)
    begun = start_by_hand(*where, flow_id, said, by=acting().person_name, now=utc_now())
    return started(query.get_run(*where, begun.run_id), is_new=begun.is_new)


def started(run: RunView, *, is_new: bool = True) -> Response:
    """Answer a start with its run: 202, or 200 when an earlier start with its key began it."""
    return located(
        jsonify(run_document(run)),
        url_for("runs_api.get_run", run_id=run.id),
        status=202 if is_new else 200,
    )


def _page_of_steps(run_id: UUID) -> tuple[list[dict[str, Any]], str | None]:
    where = (db_session(), acting().tenant_id, run_id)
    found, more = page_of(
        lambda limit, after: query.list_steps(*where, limit=limit, after=after),
        query.place_of_step,
        parts=1,
        default=STEPS_PAGE,
    )
    return [_step(one) for one in found], more


def _done_document(done: bulk.Done) -> dict[str, Any]:
    if done.code:
        return {"id": str(done.id), "done": False, "code": done.code, "detail": done.message}
    new = {"run_id": str(done.new_id)} if done.new_id is not None else {}
    return {"id": str(done.id), "done": True, **new}


def run_document(run: RunView) -> dict[str, Any]:
    """Write a run as JSON."""
    return {
        "id": str(run.id),
        "flow_id": str(run.flow_id),
        "flow": run.flow_name,
        "version_id": str(run.version_id),
        "state": run.state.value,
        "is_held": run.held,
        "is_cancelling": run.is_cancelling,
        "trigger_kind": run.trigger_kind,
        "subject": run.subject,
        "started_by": run.started_by,
        "is_trial": run.is_trial,
        "parent_run_id": str(run.parent_run_id) if run.parent_run_id else None,
        "rerun_of": str(run.rerun_of) if run.rerun_of else None,
        "error": run.error,
        "started_at": format_instant(run.started_at),
        "ended_at": format_instant(run.ended_at) if run.ended_at else None,
    }


def _step(step: query.StepView) -> dict[str, Any]:
    manifest = manifest_of(step, registry_of(db_session(), acting().tenant_id))
    return {
        "step": step.step,
        "attempt": step.attempt,
        "block": step.block,
        "state": step.state.value,
        **{part: safe_value(step, part, manifest) for part in ("config", "input", "output")},
        "port": step.port,
        "error": step.error,
        "logs": step.logs,
        "progress": step.progress,
        "queued_at": format_instant(step.queued_at),
        "started_at": format_instant(step.started_at) if step.started_at else None,
        "ended_at": format_instant(step.ended_at) if step.ended_at else None,
        "wait_until": format_instant(step.wait_until) if step.wait_until else None,
    }
