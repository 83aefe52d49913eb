"""The live version of a workflow that a step calls, drawn to be looked at over the draft.

The way there is in the address, so that each crumb leads back and nothing has to be kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from blocks.registry import Registry
from kernel.errors import NotFoundError
from kernel.http import acting, db_session, render, require
from runtime.block_pictures.views import icons_of
from runtime.flows.layout import laid_out
from runtime.flows.model import every_step
from runtime.flows.picture import entries_of
from runtime.flows.titles import titles_of
from runtime.flows.versions import find_flow_by_slug, get_version
from runtime.runs.drawing import without_values

bp = Blueprint("opened", __name__)

TRAIL_MAX = 20


@bp.get("/t/<tenant>/workflows/opened")
@require("workflows.view")
def show_opened() -> Response:
    """Show the live version of the last of the workflows named by `trail`, by their short names."""
    where = (db_session(), acting().tenant_id)
    trail = request.args.getlist("trail")[:TRAIL_MAX]
    flows = [find_flow_by_slug(*where, slug) for slug in trail]
    if not flows or flows[-1] is None:
        raise NotFoundError("no such workflow", flow=trail[-1] if trail else "")
    flow, registry = flows[-1], registry_of(*where)
    live = get_version(*where, flow.live_version_id) if flow.live_version_id else None
    return render(
        "designer/opened/page.html",
        "designer/opened/_opened.html",
        flow=flow,
        live=live,
        crumbs=[(one.name, trail[: at + 1]) for at, one in enumerate(flows) if one is not None],
        trail=trail,
        calls=_calls(live.document, registry) if live is not None else [],
        drawing=_drawing(live.document, registry) if live is not None else None,
    )


def _drawing(document: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    drawn = without_values(laid_out(document), registry)
    return {"flow": drawn, "blocks": entries_of(document, registry, icons_of(registry))}


def _calls(document: Mapping[str, Any], registry: Registry) -> list[tuple[str, str]]:
    """List the steps that call a workflow in turn: the step's title and whom it calls."""
    titles = titles_of(document, registry)
    found = []
    for id_, step, _ in every_step(document):
        block, called = registry.find(step["block"], step["version"]), step.get("config", {})
        if block is not None and block.manifest.behaviour.control == "call" and called.get("flow"):
            found.append((titles[id_], str(called["flow"])))
    return found
