"""The inspector's form, made anew with each change; nothing is stored here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from blocks.forms import Kept
from blocks.installs.registry import registry_of
from blocks.registry import Registry
from blocks.speaking import in_language
from designer.data.mapped import Data
from designer.data.offers import Asked, offer_of
from designer.data.texts import composed, read_parts
from designer.data.views import place_of
from designer.drafts import read_json_text
from designer.inspecting.failing import failing_of, with_alarm
from designer.inspecting.several import read_shared, shared, steps_among
from designer.inspecting.whole import read_whole, whole_fields
from designer.rule_links.views import step_links
from designer.workflows.inspector import block_of, kind_of, node_sections, read_node
from designer.workflows.schedules import starts_ahead
from designer.workflows.step_form import undo_choices
from designer.workflows.surroundings import known_to
from kernel.clock import utc_now
from kernel.errors import InvalidError
from kernel.http import acting, db_session, languages, only_reads, render, require
from kernel.numbers import whole_number
from runtime.flows import versions
from runtime.flows.decided import with_what_counts
from runtime.flows.model import empty_flow, shape_problems
from runtime.flows.problems import Known
from runtime.flows.table_steps import fitted
from runtime.flows.titles import titles_of

bp = Blueprint("inspecting", __name__)

MEMORY_MAX = 100_000
NODES_MAX = 2_000
_RICH = "_rich:"
"""Before the name of a field: the parts of its text, as its chips stand."""
_PLACES_WORK = "workflows.publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What the page holds: a document of the right shape, or {}; whose it is; which node."""

    document: dict[str, Any]
    flow_id: UUID | None
    node_id: str
    registry: Registry


@bp.post("/t/<tenant>/workflows/inspector")
@require("workflows.view")
@only_reads
def inspect_node() -> Response:
    """Give the form of a node that the page holds; a filled form is read into it first."""
    node = _object("value")
    where, changed = (db_session(), acting().tenant_id), "filled" in request.form
    page, memory = _page(), _memory()
    settings = _settings(page)
    registry, may_place = page.registry, acting().may(_PLACES_WORK)
    known = known_to(*where, node, registry)
    if changed:
        node = _as_example(node, registry) or read_node(
            node, _filled(), registry, known, memory=memory, may_place=may_place
        )
        known = known_to(*where, node, registry)
        node = fitted(node, block_of(node, registry), known)
    data = _data(page, node, known)
    sections = node_sections(node, registry, known, data=data, may_place=may_place)
    return render(
        "designer/inspecting/_inspector.html",
        flow_id=page.flow_id,
        node_id=page.node_id,
        node=node,
        changed=changed,
        block=block_of(node, registry),
        kind=kind_of(node, registry),
        own={one.name.rpartition("/")[2]: one for one in sections[-1].fields},
        sections=sections,
        ahead=starts_ahead(*where, node, known, now=utc_now()),
        memory=json.dumps(memory),
        undos=undo_choices(registry, node) if "kind" not in node else [],
        failing=_failing(page, node),
        links=_links(page, node),
        settings=settings,
        address=request.full_path,
    )


@bp.post("/t/<tenant>/workflows/<uuid:flow_id>/inspector")
@require("workflows.view")
@only_reads
def inspect_whole(flow_id: UUID) -> Response:
    """Give the form of the workflow itself, or that of several, whose ids `node` has."""
    versions.get_flow(db_session(), acting().tenant_id, flow_id)  # nobody else's
    document = _object("document")
    nodes = [one for one in request.form.get("node", "").split(",", NODES_MAX) if one]
    if len(nodes) > NODES_MAX:
        raise InvalidError(f"node: at most {NODES_MAX:,} are changed at once: choose fewer")
    if nodes:
        return _several(flow_id, document, nodes)
    read = read_whole(document, request.form) if "filled" in request.form else None
    return render(
        "designer/inspecting/_whole.html",
        flow_id=flow_id,
        read=read,
        fields=whole_fields({**document, **(read or {})}),
    )


def _several(flow_id: UUID, document: dict[str, Any], nodes: list[str]) -> Response:
    steps = {} if shape_problems(document) else steps_among(document, nodes)
    changes, wrong = read_shared(steps, request.form) if "filled" in request.form else ({}, [])
    now = {id_: {**step, **changes.get(id_, {})} for id_, step in steps.items()}
    return render(
        "designer/inspecting/_several.html",
        flow_id=flow_id,
        nodes=nodes,
        count=len(steps),
        held=shared(now),
        changes=changes,
        wrong=wrong,
    )


def _object(name: str) -> dict[str, Any]:
    found = read_json_text(request.form.get(name, ""))
    if not isinstance(found, dict):
        raise InvalidError("a node of a workflow is an object")
    return found


def _page() -> _Page:
    sent = request.form.get("document", "")
    document = read_json_text(sent) if sent else {}
    where = (db_session(), acting().tenant_id)
    flow_id = request.args.get("flow", type=UUID)
    if flow_id is not None:
        versions.get_flow(*where, flow_id)
    return _Page(
        document={} if shape_problems(document) else document,
        flow_id=flow_id,
        node_id=request.form.get("node", ""),
        registry=in_language(registry_of(*where), languages()),
    )


def _memory() -> Kept:
    """Read what fields held before they were switched over, and what one is given by the picker."""
    sent = request.form.get("memory", "")
    found = read_json_text(sent) if 0 < len(sent) <= MEMORY_MAX else {}
    memory: Kept = {}
    if isinstance(found, dict):
        memory = {name: one for name, one in found.items() if isinstance(one, dict)}
    verb, _, name = (request.form.getlist("_op") or [""])[-1].partition(":")
    if verb == "fx" and "_fx" in request.form:
        memory.setdefault(name, {})["fx"] = composed(read_parts(request.form["_fx"]))
    return memory


def _filled() -> MultiDict[str, str]:
    """Give the form, with the expressions of texts whose chips were changed."""
    form = MultiDict(request.form)
    for name, sent in request.form.items():
        if name.startswith(_RICH):
            form[name.removeprefix(_RICH)] = composed(read_parts(sent))
    return form


def _data(page: _Page, node: dict[str, Any], known: Known) -> Data | None:
    """Give what a step's fields may be taken from; nothing where the page did not tell enough."""
    if not page.document or "kind" in node:
        return None
    asked = Asked(document=page.document, step=page.node_id, sample=request.form.get("sample", ""))
    return offer_of(place_of(page.flow_id), asked, known).data


def _settings(page: _Page) -> dict[str, Any] | None:
    """Take in what the form says of the workflow as a whole; None where that is as it was."""
    severity = request.form.get("_alarm")
    if severity is None or not page.document:
        return None
    found = with_alarm(page.document, severity)
    if found == page.document.get("settings", {}):
        return None
    page.document["settings"] = found
    return found


def _links(page: _Page, node: dict[str, Any]) -> list[tuple[str, str]]:
    """Give what a step leads to: the table it decides by, the workflow it calls."""
    if "kind" in node or not acting().may("rules.view"):
        return []
    alone = {**empty_flow(page.node_id), "steps": {page.node_id: node}}
    where = (db_session(), acting().tenant_id)
    return step_links(*where, alone, back_to=page.flow_id).get(page.node_id, [])


def _failing(page: _Page, node: dict[str, Any]) -> Any:
    if not page.document or "kind" in node:
        return None
    titles = titles_of(page.document, page.registry)
    return failing_of(page.document, page.node_id, titles)


def _as_example(node: dict[str, Any], registry: Registry) -> dict[str, Any] | None:
    """Give the node set up as an example of its block, where that was asked for."""
    block, number = block_of(node, registry), whole_number(request.form.get("_example", ""))
    examples = block.manifest.examples if block is not None else ()
    if block is None or number is None or number >= len(examples):
        return None
    parts = {name: dict(examples[number].get(name, {})) for name in ("config", "input")}
    return with_what_counts({**node, **parts}, block)
