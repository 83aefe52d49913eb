"""The test panel of a step with what it is pinned to, and the inputs that are kept by name."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from designer.drafts import read_json_text
from designer.trials.kept.panel import panel_facts, value_facts
from kernel.clock import utc_now
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.http import acting, db_session, render, require
from runtime.flows.versions import get_flow
from runtime.runs.query import get_run
from runtime.trials import inputs, pins

bp = Blueprint("trial_data", __name__)


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/steps/<step>/test")
@require("runs.view")
def show_panel(flow_id: UUID, step: str) -> Response:
    """Show how a step went in a run, and what it is pinned to."""
    return _panel(flow_id, step)


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/steps/<step>/value")
@require("runs.view")
def show_value(flow_id: UUID, step: str) -> Response:
    """Give the last value at a port of a step in a run, cut; `port` is "" for what went in."""
    run_id = _run_asked(flow_id)
    if run_id is None:
        raise NotFoundError("say of which run")
    where = (db_session(), acting().tenant_id)
    draft, port = get_flow(*where, flow_id).draft, request.args.get("port", "")
    facts = value_facts(*where, run_id, step, port, draft=draft)
    return render("designer/trials/value.html", "designer/trials/_value.html", **facts)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/steps/<step>/pin")
@require("workflows.edit")
def pin(flow_id: UUID, step: str) -> Response:
    """Pin a step to what it gave in a `run`, or to `port` and `output` as typed."""
    where, by, now = (db_session(), acting().tenant_id), acting().person_name, utc_now()
    run_id, path = _run_asked(flow_id), request.form.get("path", "")
    try:
        if path and run_id is not None:
            pins.pin_from_run(*where, flow_id, path, run_id=run_id, by=by, now=now)
        else:
            port, output = request.form.get("port", ""), _output_sent()
            pins.pin_step(*where, flow_id, step, port=port, output=output, by=by, now=now)
    except InvalidError as error:
        return _panel(flow_id, step, refused=error, text=request.form.get("output"))
    return _told(flow_id, _panel(flow_id, step), "The step is pinned")


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/steps/<step>/unpin")
@require("workflows.edit")
def unpin(flow_id: UUID, step: str) -> Response:
    """Let a step be performed again."""
    pins.unpin(db_session(), acting().tenant_id, flow_id, step)
    return _told(flow_id, _panel(flow_id, step), "The step is performed again")


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/unpin")
@require("workflows.edit")
def unpin_all(flow_id: UUID) -> Response:
    """Let every step be performed again."""
    get_flow(db_session(), acting().tenant_id, flow_id)
    count = pins.unpin(db_session(), acting().tenant_id, flow_id)
    return _told(flow_id, Response("", 204), f"{count} steps are performed again")


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/inputs")
@require("workflows.run")
def keep(flow_id: UUID) -> Response:
    """Keep what started a `run` under a `name`."""
    where, name = (db_session(), acting().tenant_id), request.form.get("name", "")
    run_id = _run_asked(flow_id)
    if run_id is None:
        raise NotFoundError("say of which run")
    run = get_run(*where, run_id)
    facts: dict[str, Any] = {"trigger_id": run.trigger_id, "trigger": run.trigger}
    inputs.keep_input(*where, flow_id, name, by=acting().person_name, now=utc_now(), **facts)
    return _toasted(Response("", 204), f"Kept as {name.strip()}")


@bp.post(
    "/t/<tenant>/workflows/<uuid:flow_id>/inputs/<uuid:input_id>/<any(rename,delete,first):verb>"
)
@require("workflows.run")
def change_input(flow_id: UUID, input_id: UUID, verb: str) -> Response:
    """Rename a kept input, delete it, or offer it first; answers the list."""
    where, wrong = (db_session(), acting().tenant_id), ""
    try:
        if verb == "rename":
            inputs.rename_input(*where, flow_id, input_id, request.form.get("name", ""))
        elif verb == "delete":
            inputs.forget_input(*where, flow_id, input_id)
        else:
            is_first = any(
                one.id == input_id and one.is_default for one in inputs.list_inputs(*where, flow_id)
            )
            inputs.offer_first(*where, flow_id, None if is_first else input_id)
    except InvalidError as error:
        wrong = error.problems[0].message
    flow, kept = get_flow(*where, flow_id), inputs.list_inputs(*where, flow_id)
    facts = {"flow": flow, "kept": kept, "wrong": wrong, "chosen": ""}
    page, part = "designer/trials/inputs.html", "designer/trials/_inputs.html"
    return render(page, part, status=422 if wrong else 200, **facts)


def _panel(
    flow_id: UUID, step: str, *, refused: InvalidError | None = None, text: str | None = None
) -> Response:
    where = (db_session(), acting().tenant_id)
    facts = panel_facts(*where, flow_id, step, run_id=_run_asked(flow_id), text=text)
    return render(
        "designer/trials/test.html",
        "designer/trials/_test.html",
        status=422 if refused else 200,
        refusals=[one.message for one in refused.problems] if refused else [],
        **facts,
    )


def _run_asked(flow_id: UUID) -> UUID | None:
    text = request.values.get("run", "")
    if not text:
        return None
    try:
        run = get_run(db_session(), acting().tenant_id, UUID(text))
    except ValueError:
        raise NotFoundError("no such run") from None
    if run.flow_id != flow_id:
        raise NotFoundError("no such run of this workflow", run_id=text)
    return run.id


def _output_sent() -> Any:
    try:
        return read_json_text(request.form.get("output", "").strip() or "null")
    except InvalidError as error:
        problem = Problem("/output", f"output: {error.message}")
        raise InvalidError("this cannot be pinned", problems=[problem]) from None


def _told(flow_id: UUID, answer: Response, text: str) -> Response:
    found = pins.list_pins(db_session(), acting().tenant_id, flow_id)
    answer.headers["HX-Trigger"] = json.dumps(
        {"pins": {"pins": [one.step for one in found]}, "toast": {"text": text}}
    )
    return answer


def _toasted(answer: Response, text: str) -> Response:
    answer.headers["HX-Trigger"] = json.dumps({"toast": {"text": text}})
    return answer
