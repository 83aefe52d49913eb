"""The page on which everybody sees where something is used."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, url_for
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from kernel.clock import utc_now
from kernel.errors import NotFoundError
from kernel.http import acting, db_session, render, require
from runtime.flows.named_places import BLOCK, TABLE, WORKFLOW
from runtime.flows.versions import FlowView, get_flow
from runtime.rules.store import RuleView, get_rule
from runtime.where_used.finding import find_subject, uses_of, variables_of
from runtime.where_used.model import Subject

bp = Blueprint("where_used", __name__)

_PAGES = {
    "workflow": ("workflows.show_workflow", "flow_id", "workflows"),
    "rule": ("rules.edit_rule", "rule_id", "rules"),
    "table": ("rules.edit_rule", "rule_id", "rules"),
    "connection": ("connections.show_connection", "connection_id", ""),
    "calendar": ("calendars.show_calendar", "calendar_id", ""),
    "look-up-table": ("lookups.show_table", "table_id", "inventory"),
}


@bp.get(
    "/t/<tenant>/used-by/"
    "<any(workflow,rule,table,connection,calendar,'look-up-table'):kind>/<uuid:thing_id>"
)
@require("workflows.view")
def show_uses(kind: str, thing_id: UUID) -> Response:
    """Show all that uses something, drafts and what is live told apart."""
    where = (db_session(), acting().tenant_id)
    subject = find_subject(*where, kind, thing_id)
    endpoint, argument, active = _PAGES[kind]
    places: dict[str, Any] = {argument: thing_id}
    return _page(
        subject,
        back=url_for(endpoint, **places),
        active=active,
        variables=variables_of(*where, thing_id) if kind == WORKFLOW else {},
        flow=get_flow(*where, thing_id) if kind == WORKFLOW else None,
        rule=get_rule(*where, thing_id) if kind in ("rule", TABLE) else None,
    )


@bp.get("/t/<tenant>/used-by/block/<block_id>/<version>")
@require("workflows.view")
def show_uses_of_block(block_id: str, version: str) -> Response:
    """Show all that uses a version of a block."""
    block = registry_of(db_session(), acting().tenant_id).find(block_id, version)
    if block is None:
        raise NotFoundError("no such block is installed", block=block_id, version=version)
    subject = Subject(
        kind=BLOCK, title=f"{block.manifest.title} {version}", name=f"{block_id}@{version}"
    )
    back = url_for("blocks.show_block", block_id=block_id)
    return _page(subject, back=back, active="blocks", variables={})


def _page(
    subject: Subject,
    *,
    back: str,
    active: str,
    variables: dict[str, list[str]],
    flow: FlowView | None = None,
    rule: RuleView | None = None,
) -> Response:
    return render(
        "runtime/where_used/show.html",
        "runtime/where_used/_uses.html",
        subject=subject,
        uses=uses_of(db_session(), subject, who=acting(), now=utc_now()),
        variables=variables,
        back=back,
        active=active,
        flow=flow,
        rule=rule,
    )
