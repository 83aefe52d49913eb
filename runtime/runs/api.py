"""Runs over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from kernel.clock import format_instant, utc_now
from kernel.http import (
    acting,
    db_session,
    decode_cursor,
    encode_cursor,
    json_body,
    page_limit,
    require,
)
from kernel.schema import Schema
from runtime.runs import query
from runtime.runs.query import RunView
from runtime.runs.start import Start, start_run
from runtime.runs.views import read_filter

api = Blueprint("runs_api", __name__, url_prefix="/api/v1/runs")
starts = Blueprint("run_starts_api", __name__, url_prefix="/api/v1/flows")

KEY_MAX = 120
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


@api.get("")
@require("runs.view")
def list_runs() -> Response:
    """List runs; filters state and q (what started them)."""
    limit = page_limit()
    after = decode_cursor(request.args.get("cursor"), parts=2)
    found = query.list_runs(
        db_session(), acting().tenant_id, read_filter(), limit=limit, after=after
    )
    more = encode_cursor(*query.place_of(found[-1])) if len(found) == limit else None
    return jsonify(items=[run_document(one) for one in found], next_cursor=more)


@api.get("/<uuid:run_id>")
@require("runs.view")
def get_run(run_id: UUID) -> Response:
    """Give one run with its steps."""
    where = (db_session(), acting().tenant_id)
    run = query.get_run(*where, run_id)
    steps = [_step(one) for one in query.steps_of(*where, run_id)]
    return jsonify({**run_document(run), "trigger": run.trigger, "steps": steps})


@api.post("/<uuid:run_id>/cancel")
@require("runs.operate")
def cancel(run_id: UUID) -> Response:
    """End a run; 409 when it is over already."""
    by, now = acting().person_name, utc_now()
    done = query.cancel_run(db_session(), acting().tenant_id, run_id, by=by, now=now)
    return jsonify(run_document(done))


@starts.post("/<uuid:flow_id>/runs")
@require("workflows.run")
def start(flow_id: UUID) -> Response:
    """Start a published workflow by hand; `input` is what its expressions see as trigger.input.

    The same `Idempotency-Key` gives the run it started before, with 200 instead of 202.
    """
    body = json_body() if request.content_length else {}
    _START.require(body, "a run starts with input, trigger and subject, each optional")
    key = request.headers.get("Idempotency-Key", "")[:KEY_MAX]
    dedup_key = f"api:{flow_id}:{key}" if key else None
    wanted = Start(
        trigger={"kind": "manual", "input": body.get("input", {})},
        trigger_id=body.get("trigger"),
        subject=body.get("subject", ""),
        dedup_key=dedup_key,
        started_by=acting().person_name,
    )
    where = (db_session(), acting().tenant_id)
    started = start_run(*where, flow_id, wanted, now=utc_now())
    return _started(query.get_run(*where, started or query.run_of_key(*where, dedup_key)), started)


def _started(run: RunView, started: UUID | None) -> Response:
    response = jsonify(run_document(run))
    response.status_code = 200 if started is None else 202
    response.headers["Location"] = url_for("runs_api.get_run", run_id=run.id)
    return response


def run_document(run: RunView) -> dict[str, Any]:
    """Write a run as JSON."""
    return {
        "id": str(run.id),
        "flow_id": str(run.flow_id),
        "flow": run.flow_name,
        "state": run.state.value,
        "trigger_kind": run.trigger_kind,
        "subject": run.subject,
        "started_by": run.started_by,
        "is_trial": run.is_trial,
        "error": run.error,
        "started_at": format_instant(run.started_at),
        "ended_at": format_instant(run.ended_at) if run.ended_at else None,
    }


def _step(step: query.StepView) -> dict[str, Any]:
    return {
        "step": step.step,
        "attempt": step.attempt,
        "block": step.block,
        "state": step.state.value,
        "config": step.config,
        "input": step.input,
        "output": step.output,
        "port": step.port,
        "error": step.error,
        "logs": step.logs,
        "started_at": format_instant(step.started_at) if step.started_at else None,
        "ended_at": format_instant(step.ended_at) if step.ended_at else None,
    }
