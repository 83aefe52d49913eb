"""The page on which a published workflow becomes a block: its package is downloaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from werkzeug.wrappers import Response

from blocks.forms import unplaced_problems
from blocks.registry import standard_registry
from designer.saving.form import named_by, naming_fields, read_named, suggested
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.http import acting, db_session, render, require
from runtime.flows import versions
from runtime.flows.composite_package import composite_package
from runtime.flows.versions import FlowView

bp = Blueprint("saving", __name__)


@bp.get("/t/<tenant>/workflows/<uuid:flow_id>/block")
@require("workflows.publish")
def ask_block(flow_id: UUID) -> Response:
    """Ask what the block is to be called."""
    flow, _ = _published(flow_id)
    return _page(flow, suggested(flow.name, acting().tenant_slug))


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/block")
@require("workflows.publish")
def save_block(flow_id: UUID) -> Response:
    """Give the package of the block."""
    flow, live_id = _published(flow_id)
    value, problems = read_named(request.form)
    if problems:
        return _page(flow, value, problems)
    live = versions.get_version(db_session(), acting().tenant_id, live_id)
    named = named_by(value)
    try:
        package = composite_package(live.document, standard_registry(), named)
    except InvalidError as error:
        return _page(flow, value, error.problems)
    response = Response(package, mimetype="application/zip")
    name = f"{named.id}-{named.version}.gblk"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _published(flow_id: UUID) -> tuple[FlowView, UUID]:
    flow = versions.get_flow(db_session(), acting().tenant_id, flow_id)
    if flow.live_version_id is None:
        raise ConflictError("this workflow is not published: publish it first, then save it")
    return flow, flow.live_version_id


def _page(flow: FlowView, value: Mapping[str, Any], problems: Sequence[Problem] = ()) -> Response:
    fields = naming_fields(value, problems)
    return render(
        "designer/saving/block.html",
        status=422 if problems else 200,
        flow=flow,
        fields=fields,
        problems=unplaced_problems(fields, problems),
    )
