"""Workflows over REST: drafts, checks and versions. Starting a run is `runs.api`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from blocks.installs.registry import registry_of
from kernel.clock import format_instant, utc_now
from kernel.errors import NotFoundError
from kernel.http import acting, db_session, expected_revision, json_body, page_of, require
from kernel.http_located import located
from kernel.http_tags import unless_known
from kernel.rest import OBJECT, TEXT, describe, listed
from kernel.revisions import told_as_moved
from kernel.schema import Schema
from runtime.flows import shapes, versions
from runtime.flows._trigger_schema import NAME_MAX
from runtime.flows.model import FLOW_SCHEMA
from runtime.flows.safe import for_reader
from runtime.flows.versions import FlowVersionView, FlowView

api = Blueprint("flows_api", __name__, url_prefix="/api/v1/flows")

_NEW = Schema(
    {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": NAME_MAX},
            "document": {"type": "object"},
        },
    }
)


@api.get("")
@describe(query={"q": TEXT}, pages=True, answer=listed(shapes.FLOW))
@require("workflows.view")
def list_flows() -> Response:
    """List workflows by name; filter q (a part of the name)."""
    where, q = (db_session(), acting().tenant_id), request.args.get("q", "").strip()
    found, more = page_of(
        lambda limit, after: versions.list_flows(*where, q=q, limit=limit, after=after),
        versions.place_of,
    )
    return jsonify(items=[flow_document(one) for one in found], next_cursor=more)


@api.post("")
@describe(body=_NEW, answer=shapes.FLOW, status=201, is_tagged=True)
@require("workflows.edit")
def create_flow() -> Response:
    """Make a workflow: `name`, and its `document` unless it begins empty."""
    body = json_body()
    _NEW.require(body, "a new workflow needs a name")
    made = versions.create_flow(
        db_session(),
        acting().tenant_id,
        name=body["name"],
        document=body.get("document"),
        by=acting().person_name,
        now=utc_now(),
    )
    return located(
        with_tag(jsonify(flow_document(made)), made), url_for("flows_api.get_flow", flow_id=made.id)
    )


@api.get("/<uuid:flow_id>")
@describe(answer=shapes.FLOW)
@require("workflows.view")
def get_flow(flow_id: UUID) -> Response:
    """Give one workflow without its document."""
    return jsonify(flow_document(versions.get_flow(db_session(), acting().tenant_id, flow_id)))


@api.get("/<uuid:flow_id>/draft")
@describe(answer=FLOW_SCHEMA, also=(304,), is_tagged=True)
@require("workflows.view")
def get_draft(flow_id: UUID) -> Response:
    """Give the draft's document; its `ETag` is what a write sends back as `If-Match`.

    Those who may not change it see it without its secrets.
    """
    found = versions.get_flow(db_session(), acting().tenant_id, flow_id)
    return unless_known(with_tag(jsonify(readable(found.draft)), found))


@api.put("/<uuid:flow_id>/draft")
@describe(body=OBJECT, answer=shapes.FLOW, is_tagged=True, needs_tag=True)
@require("workflows.edit")
def put_draft(flow_id: UUID) -> Response:
    """Replace the draft, if it is still the one that `If-Match` names."""
    revision = expected_revision("draft")
    with told_as_moved():
        saved = versions.save_draft(
            db_session(),
            acting().tenant_id,
            flow_id,
            document=json_body(),
            expected_revision=revision,
            by=acting().person_name,
            now=utc_now(),
        )
    return with_tag(jsonify(flow_document(saved)), saved)


@api.get("/<uuid:flow_id>/draft/problems")
@describe(answer=listed(shapes.FLAW))
@require("workflows.view")
def list_problems(flow_id: UUID) -> Response:
    """List what keeps the draft from being published, and warnings."""
    found = versions.draft_problems(db_session(), acting().tenant_id, flow_id)
    items = [
        {
            "pointer": one.pointer,
            "message": one.message,
            "step": one.step,
            "severity": one.severity,
        }
        for one in found
    ]
    return jsonify(items=items, next_cursor=None)


@api.post("/<uuid:flow_id>/<any(pause, resume):verb>")
@describe(answer=shapes.FLOW, words=shapes.WORDS)
@require("workflows.publish")
def pause(flow_id: UUID, verb: str) -> Response:
    """Pause a workflow, so that nothing starts it, or resume it."""
    where = (db_session(), acting().tenant_id)
    done = versions.set_paused(*where, flow_id, paused=verb == "pause", now=utc_now())
    return jsonify(flow_document(done))


@api.get("/<uuid:flow_id>/versions")
@describe(answer=listed(shapes.VERSION))
@require("workflows.view")
def list_versions(flow_id: UUID) -> Response:
    """List the published versions, newest first, without their documents."""
    where = (db_session(), acting().tenant_id)
    versions.get_flow(*where, flow_id)
    found = versions.list_versions(*where, flow_id)
    return jsonify(items=[version_document(one) for one in found], next_cursor=None)


@api.get("/<uuid:flow_id>/versions/<int:number>")
@describe(answer=shapes.VERSION_WITH_DOCUMENT)
@require("workflows.view")
def get_version(flow_id: UUID, number: int) -> Response:
    """Give one published version with its document."""
    found = versions.list_versions(db_session(), acting().tenant_id, flow_id)
    for one in found:
        if one.number == number:
            return jsonify({**version_document(one), "document": readable(one.document)})
    raise NotFoundError("no such version of a workflow", number=number)


def readable(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a workflow's document as the person or program that asks may see it."""
    may_change = acting().may("workflows.edit")
    return for_reader(
        document, registry_of(db_session(), acting().tenant_id), may_change=may_change
    )


def flow_document(flow: FlowView) -> dict[str, Any]:
    """Write a workflow as JSON, its document apart."""
    return {
        "id": str(flow.id),
        "slug": flow.slug,
        "name": flow.name,
        "state": flow.state,
        "draft_revision": flow.draft_revision,
        "live_number": flow.live_number,
        "has_unpublished_changes": flow.has_unpublished_changes,
        "created_at": format_instant(flow.created_at),
        "updated_at": format_instant(flow.updated_at),
        "updated_by": flow.updated_by,
    }


def version_document(version: FlowVersionView) -> dict[str, Any]:
    """Write a version as JSON, its document apart."""
    return {
        "id": str(version.id),
        "flow_id": str(version.flow_id),
        "number": version.number,
        "digest": version.digest,
        "note": version.note,
        "published_at": format_instant(version.made_at),
        "published_by": version.made_by,
        "retired_at": format_instant(version.retired_at) if version.retired_at else None,
    }


def with_tag(response: Response, flow: FlowView) -> Response:
    """Give an answer its draft's revision as `ETag`."""
    response.set_etag(str(flow.draft_revision))
    return response
