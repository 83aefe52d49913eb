"""Which rules start a workflow, beside its drawing; and its small picture, beside its rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, make_response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from designer.rule_links.drawing import draw_small
from kernel.clock import utc_now
from kernel.errors import NotFoundError
from kernel.http import acting, db_session, render, require
from runtime.flows.api import readable
from runtime.flows.named_places import TABLE, WORKFLOW, places_in
from runtime.flows.versions import FlowView, flow_ids, flow_slugs, get_flow
from runtime.rules.store import list_rules
from runtime.rules.uses import rules_starting

bp = Blueprint("rule_links", __name__)

FROM = "from"
"""In an address: the id of the workflow that somebody came from."""
_PAGES_OF_RULES = ("rule_", "rules.", "rules_", "tables.")
LATELY = timedelta(hours=24)
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/starting-rules")
@require("rules.view")
def list_starting(flow_id: UUID) -> Response:
    """Show the rules and tables that start a workflow, with their state and what they hit."""
    where = (db_session(), acting().tenant_id)
    flow = get_flow(*where, flow_id)
    named = {one.rule_id: one for one in rules_starting(*where, flow.slug)}
    found = [
        (one, named[one.id])
        for one in list_rules(*where, lately=utc_now() - LATELY)
        if one.id in named
    ]
    return render("designer/rule_links/_starting.html", flow=flow, found=found)


def step_links(
    session: Session, tenant_id: UUID, document: Mapping[str, Any], *, back_to: UUID | None = None
) -> dict[str, list[tuple[str, str]]]:
    """Give by step what it leads to, text and address: a table it decides by, a workflow it calls.

    What is not there is left out: the workflow's problems name it. The page it leads to offers
    the way back to the workflow `back_to`.
    """
    named = [
        one
        for one in places_in(document, registry_of(session, tenant_id))
        if one.kind in (TABLE, WORKFLOW)
    ]
    if not named:
        return {}
    back: dict[str, Any] = {FROM: back_to}
    tables = {str(one.id): one.name for one in list_rules(session, tenant_id)}
    names, ids = flow_slugs(session, tenant_id), flow_ids(session, tenant_id)
    found: dict[str, list[tuple[str, str]]] = {}
    for one in named:
        if one.kind == TABLE and one.name in tables:
            url = url_for("rules.edit_rule", rule_id=one.name, **back)
            found.setdefault(one.at, []).append((f"Table {tables[one.name]}", url))
        elif one.kind == WORKFLOW and one.name in ids:
            url = url_for("workflows.edit_workflow", flow_id=ids[one.name], **back)
            found.setdefault(one.at, []).append((f"Workflow {names[one.name]}", url))
    return found


@bp.app_url_defaults
def keep_way_back(endpoint: str, values: dict[str, Any]) -> None:
    """Let the pages of one rule remember which workflow somebody came from."""
    if endpoint.startswith(_PAGES_OF_RULES) and "rule_id" in values and FROM in request.args:
        values.setdefault(FROM, request.args[FROM])


@bp.app_context_processor
def give_way_back() -> dict[str, Any]:
    """Let pages offer the way back to the workflow that somebody came from."""
    return {"way_back": way_back}


def way_back() -> FlowView | None:
    """Find the workflow that the address says somebody came from; None for no such of theirs."""
    asked = request.args.get(FROM, type=UUID)
    if asked is None or not acting().may("workflows.view"):
        return None
    try:
        return get_flow(db_session(), acting().tenant_id, asked)
    except NotFoundError:
        return None


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/small.svg")
@require("workflows.view")
def small_picture(flow_id: UUID) -> Response:
    """Give a workflow's draft as a small picture."""
    where = (db_session(), acting().tenant_id)
    drawn = draw_small(readable(get_flow(*where, flow_id).draft), registry_of(*where))
    if not drawn:
        raise NotFoundError("nothing was drawn yet")
    answer = make_response(drawn)
    answer.mimetype = "image/svg+xml"
    answer.headers["Content-Security-Policy"] = _PICTURE_POLICY
    return answer
