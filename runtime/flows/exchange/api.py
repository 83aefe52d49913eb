"""Workflows as files over REST: exports of one and of many, and imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from blocks.drawings.colours import Theme
from kernel.clock import utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, require, writing_apart
from kernel.numbers import whole_number
from kernel.rest import ANYTHING, FLAG, TEXT, TEXTS, WHOLE, describe, many, maybe, shape
from runtime.flows import versions
from runtime.flows.exchange import exporting
from runtime.flows.exchange.envelope import MOST
from runtime.flows.exchange.files import read_file
from runtime.flows.exchange.importing import make_planned
from runtime.flows.exchange.planning import Planned, plan_import
from runtime.flows.versions import FlowView
from tenancy.audit.chain import Fact
from tenancy.audit.trail import note

api = Blueprint("flow_exchange_api", __name__, url_prefix="/api/v1/flows")

_TAKES = ("application/json", "application/zip", "application/bpmn+xml", "text/xml")
_GIVES = tuple(media for media, _ in exporting.FORMATS.values())
_THEMES: Mapping[str, Theme] = {"light": "light", "dark": "dark", "auto": "auto"}
_ENVELOPE = shape(garland=TEXT, format=WHOLE, workflows=ANYTHING, needs=ANYTHING)
_IMPORTED = shape(
    "WorkflowsImported",
    applied=FLAG,
    items=many(
        shape(
            slug=TEXT,
            name=TEXT,
            action=TEXT,
            id=maybe(TEXT),
            changes=TEXTS,
            todo=TEXTS,
            notes=TEXTS,
        )
    ),
)


@api.get("/export")
@describe(query={"ids": TEXT, "q": TEXT}, answer=_ENVELOPE)
@require("workflows.view")
def export_many() -> Response:
    """Give the drafts of several workflows as one file: those of `ids` (parted by commas), or all.

    Secrets stay behind; `left_out` names them.
    """
    where, asked = (db_session(), acting().tenant_id), request.args.get("ids", "")
    if asked:
        chosen = [_id_of(one) for one in asked.split(",")[: MOST + 1]]
    else:
        q = request.args.get("q", "").strip()
        chosen = [flow.id for flow in versions.list_flows(*where, q=q, limit=MOST + 1)]
    if not 0 < len(chosen) <= MOST:
        problem = Problem("/ids", f"ids: 1 to {MOST} workflows go into one file, name those")
        raise InvalidError("these are no workflows for one file", problems=[problem])
    text = exporting.export_json(*where, chosen)
    _note([versions.get_flow(*where, one).name for one in chosen], "json")
    return _file(text, "json", "workflows")


@api.get("/<uuid:flow_id>/export.<any(json,bpmn,svg):form>")
@describe(query={"version": WHOLE, "theme": TEXT}, answer=ANYTHING, gives=_GIVES)
@require("workflows.view")
def export(flow_id: UUID, form: str) -> Response:
    """Give a workflow as a file: its draft, or the `version` of that number; without its secrets.

    A picture is `light`, `dark` or `auto` by its `theme`.
    """
    return exported(flow_id, form)


@api.post("/import")
@describe(
    query={"dry_run": FLAG, "as": TEXT, "name": TEXT}, body=ANYTHING, takes=_TAKES, answer=_IMPORTED
)
@require("workflows.edit")
def import_file() -> Response:
    """Make workflows of a file, all or none: stable JSON, BPMN 2.0, or a zip of such.

    Each becomes the draft of the workflow that has its short name, or a new one; `as` says `new`
    or `draft` for all. With `dry_run=true` nothing is made and the answer says what would be.
    """
    name = request.args.get("name", "").strip()[:100] or "the file"
    carried = read_file(request.get_data(), name=name)  # before a session holds others up
    where, by = (db_session(), acting().tenant_id), acting().person_name
    wanted = request.args.get("as", "")
    choices = {one.slug: wanted for one in carried} if wanted else {}
    planned = plan_import(*where, carried, choices)
    if request.args.get("dry_run", "") in ("true", "1", "yes"):
        return jsonify(applied=False, items=[imported(one, None) for one in planned])
    done = make_planned(*where, planned, by=by, now=utc_now())
    return jsonify(applied=True, items=[imported(one, flow) for one, flow in done])


def exported(flow_id: UUID, form: str) -> Response:
    """Answer with a workflow as a file of a form, as the query asks for it."""
    where, asked = (db_session(), acting().tenant_id), request.args.get("version", "")
    flow, number = versions.get_flow(*where, flow_id), whole_number(asked) if asked else None
    if asked and number is None:
        problem = Problem("/version", "version: give the number of a version")
        raise InvalidError("version names no version", problems=[problem])
    _note([flow.name], form)
    if form == "svg":
        theme = _THEMES.get(request.args.get("theme", ""), "light")
        drawn = exporting.export_svg(*where, flow_id, number, theme=theme)
        return _file(drawn, form, flow.slug)
    if form == "bpmn":
        return _file(exporting.export_bpmn(*where, flow_id, number), form, flow.slug)
    return _file(exporting.export_json(*where, [flow_id], number), form, flow.slug)


def imported(one: Planned, flow: FlowView | None) -> dict[str, Any]:
    """Write what becomes of a workflow as JSON."""
    return {
        "slug": flow.slug if flow is not None else one.slug,
        "name": one.name,
        "action": one.choice,
        "id": str(flow.id) if flow is not None else None,
        "changes": [change.title for change in one.changes],
        "todo": list(one.todo),
        "notes": list(one.carried.notes),
    }


def _note(names: list[str], form: str) -> None:
    with writing_apart() as session:
        facts: dict[str, Fact] = {"workflows": names, "format": form}
        note(session, acting().tenant_id, "workflows.exported", now=utc_now(), facts=facts)


def _file(text: str, form: str, name: str) -> Response:
    response = Response(text.encode(), content_type=f"{exporting.FORMATS[form][0]}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def _id_of(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        problem = Problem("/ids", "ids: write the ids of workflows, parted by commas")
        raise InvalidError("ids names no workflows", problems=[problem]) from None
