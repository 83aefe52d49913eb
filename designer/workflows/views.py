"""The list of workflows, and one workflow: its outline and its draft, drawn and as text."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    flash,
    jsonify,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from designer.drafts import read_json_text, write_json_text
from designer.guide.progress import is_away, next_steps
from designer.palette import memory
from designer.palette.named import mine
from designer.palette.views import palette_facts
from designer.problems.checking import checked
from designer.rule_links.views import step_links
from designer.workflows.deeds import HANDLING
from designer.workflows.facts import drawing_of, page_facts
from designer.workflows.palette import problems_document
from designer.workflows.schedules import live_schedules
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.http import (
    acting,
    address_with,
    db_session,
    json_body,
    languages,
    page_of,
    render,
    require,
    see_other,
)
from kernel.ids import new_id
from kernel.schema import Schema
from runtime.block_pictures.views import icons_of
from runtime.drafts.aligning import aligned
from runtime.flows import versions
from runtime.flows.api import readable
from runtime.flows.hearing import is_told
from runtime.flows.model import every_step
from runtime.flows.titles import titles_of
from runtime.flows.versions import FlowView
from runtime.polls.marks import polls_of_flow
from runtime.runs.glance import glances
from runtime.runs.query import RunFilter, list_runs
from runtime.trials import pins

bp = Blueprint("workflows", __name__)

RECENT_RUNS = 5
_DRAFT = Schema(
    {
        "type": "object",
        "required": ["revision", "document"],
        "additionalProperties": False,
        "properties": {
            "revision": {"type": "integer"},
            "document": {"type": "object"},
            "page": {"type": "string", "maxLength": 36},
        },
    }
)


@bp.get("/t/<tenant>/workflows")
@require("workflows.view")
def list_workflows() -> Response:
    """Show the workflows."""
    return _list_page()


@bp.post("/t/<tenant>/workflows")
@require("workflows.edit")
def create_workflow() -> Response:
    """Add an empty workflow and open it."""
    name, by, now = request.form.get("name", ""), acting().person_name, utc_now()
    try:
        flow = versions.create_flow(db_session(), acting().tenant_id, name=name, by=by, now=now)
    except InvalidError as error:
        return _list_page(status=422, name=name, error=error.problems[0].message)
    return see_other(url_for("workflows.edit_workflow", flow_id=flow.id))


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>")
@require("workflows.view")
def edit_workflow(flow_id: UUID) -> Response:
    """Show the designer; to those who may not edit, the diagram."""
    if not acting().may("workflows.edit"):
        return flow_page(flow_id)
    where = (db_session(), acting().tenant_id)
    flow, registry = versions.get_flow(*where, flow_id), registry_of(*where)
    found, panel = checked(*where, flow, registry)
    kept = memory.memory_of(*where, acting().person_id)
    told = {"palette": palette_facts(kept), "problems": problems_document(found)}
    return render(
        "designer/workflows/designer.html",
        problem_groups=panel,
        flow=flow,
        guide=next_steps(*where, flow, found),
        away=is_away(*where, acting().person_id),
        handling=HANDLING,
        is_told=any(is_told(one, registry) for one in flow.draft["triggers"].values()),
        facts=page_facts(
            _drawing(flow, kept.favourites), flow, _addresses(flow), **told, **_tried(flow_id)
        ),
    )


@bp.put("/t/<tenant>/workflows/<uuid:flow_id>/draft")
@require("workflows.edit")
def put_draft(flow_id: UUID) -> Response:
    """Save the designer's draft: `revision` it builds on and `document`; answers its problems.

    What a step is pinned to goes with it where it is only called otherwise.
    """
    body = json_body()
    _DRAFT.require(body, "a draft needs its document and the revision it builds on")
    where, by, now = (db_session(), acting().tenant_id), acting().person_name, utc_now()
    before, registry = versions.get_flow(*where, flow_id).draft, registry_of(*where)
    saved = versions.save_draft(
        *where,
        flow_id,
        document=body["document"],
        expected_revision=body["revision"],
        by=by,
        now=now,
        page=body.get("page", ""),
    )
    called = aligned(before, saved.draft, registry)[1]
    memory.note_placed(*where, acting().person_id, before, saved.draft)
    found, panel = checked(*where, saved, registry)
    return jsonify(
        revision=saved.draft_revision,
        called=called,
        palette=mine(registry, memory.memory_of(*where, acting().person_id)),
        pins=pins.pinned_steps(*where, flow_id),
        problems=problems_document(found),
        panel=render_template("designer/problems/_panel.html", problem_groups=panel),
    )


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/details")
@require("workflows.view")
def show_workflow(flow_id: UUID) -> Response:
    """Show a workflow's steps, latest runs and its draft as text."""
    return flow_page(flow_id)


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/draft")
@require("workflows.edit")
def save_draft(flow_id: UUID) -> Response:
    """Save the draft; refused when somebody else saved meanwhile."""
    text = request.form.get("document", "")
    try:
        versions.save_draft(
            db_session(),
            acting().tenant_id,
            flow_id,
            document=read_json_text(text),
            expected_revision=request.form.get("revision", 0, type=int),
            by=acting().person_name,
            now=utc_now(),
        )
    except (InvalidError, ConflictError) as error:
        return flow_page(flow_id, status=422, text=text, refused=error)
    flash("The draft is saved.", "success")
    return see_other(url_for("workflows.show_workflow", flow_id=flow_id))


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/<any(pause,resume):verb>")
@require("workflows.publish")
def set_paused(flow_id: UUID, verb: str) -> Response:
    """Pause or resume a workflow."""
    paused, now = verb == "pause", utc_now()
    versions.set_paused(db_session(), acting().tenant_id, flow_id, paused=paused, now=now)
    starts = request.args.get("next") == "start"
    place = "starting.ask_start" if starts else "workflows.show_workflow"
    return see_other(url_for(place, flow_id=flow_id))


def flow_page(flow_id: UUID, *, status: int = 200, **refusal: Any) -> Response:
    """Show a workflow's page; `refused` is the error of what was asked, `text` what was sent."""
    where = (db_session(), acting().tenant_id)
    flow = versions.get_flow(*where, flow_id)
    refused: InvalidError | ConflictError | None = refusal.get("refused")
    problems: tuple[Problem, ...] = getattr(refused, "problems", ())
    return render(
        "designer/workflows/show.html",
        status=status,
        flow=flow,
        drawing=_drawing(flow),
        text=refusal.get("text") or write_json_text(readable(flow.draft)),
        refused=refused,
        refused_problems=problems,
        problems=versions.draft_problems(*where, flow_id),
        steps=list(every_step(flow.draft)),
        titles=titles_of(flow.draft, registry_of(db_session(), acting().tenant_id)),
        links=step_links(*where, flow.draft),
        form_key=str(new_id()),
        schedules=live_schedules(*where, flow, now=utc_now()),
        polls=polls_of_flow(*where, flow.id),
        runs=list_runs(*where, RunFilter(flow_id=flow_id, with_trials=True), limit=RECENT_RUNS),
    )


def _drawing(flow: FlowView, favourites: Collection[str] = ()) -> dict[str, Any]:
    where, draft = (db_session(), acting().tenant_id), readable(flow.draft)
    said: dict[str, Any] = {"languages": languages(), "favourites": favourites}
    return drawing_of(*where, draft, icons_of=icons_of, **said)


def _addresses(flow: FlowView) -> dict[str, Any]:
    return {
        "csrf": generate_csrf(),
        "person": str(acting().person_id or ""),
        "draft_url": url_for("workflows.put_draft", flow_id=flow.id),
        "flow_url": url_for("workflows.edit_workflow", flow_id=flow.id),
        "merge_url": url_for("together.merge", flow_id=flow.id),
        "part_url": url_for("clipboard.read_copied"),
        "tidy_url": url_for("tidying.tidy"),
        "inspector_url": url_for("inspecting.inspect_node", flow=flow.id),
        "whole_url": url_for("inspecting.inspect_whole", flow_id=flow.id),
        "data_url": url_for("data.offer_data", flow_id=flow.id),
        "palette_url": url_for("palette.give_palette"),
    }


def _tried(flow_id: UUID) -> dict[str, Any]:
    """Say which steps are pinned, and which run the address asks to be laid over the draft."""
    pinned = pins.pinned_steps(db_session(), acting().tenant_id, flow_id)
    return {"pins": pinned, "run": request.args.get("run", "")}


def _list_page(*, status: int = 200, name: str = "", error: str | None = None) -> Response:
    where, q = (db_session(), acting().tenant_id), request.args.get("q", "").strip()
    shown, more = page_of(
        lambda limit, after: versions.list_flows(*where, q=q, limit=limit, after=after),
        versions.place_of,
    )
    return render(
        "designer/workflows/list.html",
        status=status,
        flows=shown,
        glances=glances(*where, [flow.id for flow in shown]),
        q=q,
        name=name,
        error=error,
        next_url=address_with(cursor=more) if more else None,
    )
