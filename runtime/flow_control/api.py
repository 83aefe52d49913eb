"""Workflows over REST beyond drawing and starting them: publishing, versions, one step alone."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify, request, url_for

from kernel.clock import utc_now
from kernel.http import (
    acting,
    db_session,
    expected_revision,
    json_body,
    optional_body,
    require,
    vault,
)
from kernel.http_located import located
from kernel.rest import OBJECT, TEXT, describe, shape
from kernel.revisions import RevisionMovedError, told_as_moved
from kernel.schema import Schema
from runtime.flow_control import removing, retiring
from runtime.flow_control.parts import PARTS, parts_of, save_parts
from runtime.flow_control.pausing import set_many_paused
from runtime.flow_control.publishing import publish, require_use
from runtime.flow_control.trying import require_effects
from runtime.flows import history, shapes, versions
from runtime.flows.api import (
    flow_document,
    readable,
    version_document,
    with_tag,
)
from runtime.flows.comparing import compare, diff_document, version_asked
from runtime.runs import shapes as run_shapes
from runtime.runs.api import started
from runtime.runs.query import get_run
from runtime.runs.trying import Alone, try_step
from runtime.trials.trying import Wanted

api = Blueprint("flow_control_api", __name__, url_prefix="/api/v1/flows")

_BULK = Schema(
    {
        "type": "object",
        "required": ["action", "ids"],
        "additionalProperties": False,
        "properties": {
            "action": {"enum": ["pause", "resume"]},
            "ids": {
                "type": "array",
                "items": {"type": "string", "format": "uuid"},
                "minItems": 1,
                "maxItems": 500,
            },
        },
    }
)
_COPY = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 120}},
    }
)
_TRY = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "pins": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "port": {"type": "string", "minLength": 1, "maxLength": 80},
                        "output": {},
                    },
                },
            },
            "from_run": {"type": "string", "format": "uuid"},
            "trigger": {"type": "object"},
            "input": {"type": "object"},
            "item": {},
            "allow_effects": {"type": "boolean"},
            "confirmed": {"type": "boolean"},
        },
    }
)
_NOTE = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"note": {"type": "string", "maxLength": 500}},
    }
)
_PARTS = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"type": "object"} for name in PARTS},
    }
)
PARTS_SHAPE = shape(**dict.fromkeys(PARTS, OBJECT))


@api.post("/bulk")
@describe(body=_BULK, answer=shapes.MANY_DONE)
@require("workflows.publish")
def act_on_many() -> Response:
    """Pause or resume many workflows by `ids`; what is not there is told, the others go."""
    body = json_body()
    _BULK.require(body, "say which action on which workflows: pause or resume, and their ids")
    where, ids = (db_session(), acting().tenant_id), [UUID(one) for one in body["ids"]]
    done = set_many_paused(*where, ids, paused=body["action"] == "pause", now=utc_now())
    items = [{"id": str(one), "done": one in done} for one in dict.fromkeys(ids)]
    return jsonify(done=len(done), failed=len(items) - len(done), items=items)


@api.post("/<uuid:flow_id>/copy")
@describe(
    body=_COPY,
    is_optional=True,
    answer=shapes.FLOW,
    status=201,
    also=(200,),
    is_tagged=True,
    keeps_key=True,
)
@require("workflows.edit")
def copy(flow_id: UUID) -> Response:
    """Make a workflow with this one's draft; 200 and the same for the same `Idempotency-Key`."""
    body = optional_body()
    _COPY.require(body, "a copy takes a name, or nothing")
    made, is_new = removing.copy_flow(
        db_session(),
        acting().tenant_id,
        flow_id,
        by=acting().person_name,
        now=utc_now(),
        name=body.get("name", ""),
        key=request.headers.get("Idempotency-Key", ""),
    )
    return located(
        with_tag(jsonify(flow_document(made)), made),
        url_for("flows_api.get_flow", flow_id=made.id),
        status=201 if is_new else 200,
    )


@api.delete("/<uuid:flow_id>")
@describe(status=204, takes_tag=True)
@require("workflows.publish")
def delete(flow_id: UUID) -> Response:
    """Delete a workflow with its versions and runs; 409 with `errors` while something needs it.

    With `If-Match`, only while its draft is the one that it names.
    """
    where = (db_session(), acting().tenant_id)
    if (
        request.if_match
        and expected_revision("draft") != versions.get_flow(*where, flow_id).draft_revision
    ):
        raise RevisionMovedError("the draft moved on: read it again before you delete it")
    removing.delete_flow(*where, flow_id, by=acting().person_name, now=utc_now())
    return Response(status=204)


@api.post("/<uuid:flow_id>/publish")
@describe(body=_NOTE, is_optional=True, answer=shapes.VERSION)
@require("workflows.publish")
def publish_draft(flow_id: UUID) -> Response:
    """Make the draft the live version; `note` says what changed. Webhooks get their addresses."""
    body = optional_body()
    _NOTE.require(body, "only a note can go with publishing")
    where, by = (db_session(), acting().tenant_id), acting().person_name
    note = body.get("note", "")
    require_use(*where, flow_id, who=acting())
    made = publish(*where, flow_id, note=note, by=by, vault=vault(), now=utc_now())
    return jsonify(version_document(made))


@api.post("/<uuid:flow_id>/versions/<int:number>/retire")
@describe(answer=shapes.VERSION)
@require("workflows.publish")
def retire(flow_id: UUID, number: int) -> Response:
    """Let no new run of a version start; 409 with `errors`, one for all that still needs it."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    done = retiring.retire_version(*where, flow_id, number, by=by, now=utc_now())
    return jsonify(version_document(done))


@api.post("/<uuid:flow_id>/versions/<int:number>/bring-back")
@describe(answer=shapes.VERSION)
@require("workflows.publish")
def bring_back(flow_id: UUID, number: int) -> Response:
    """Let runs of a retired version start again."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    found = retiring.bring_back_version(*where, flow_id, number, by=by, now=utc_now())
    return jsonify(version_document(found))


@api.post("/<uuid:flow_id>/versions/<int:number>/restore")
@describe(answer=shapes.FLOW, is_tagged=True, needs_tag=True)
@require("workflows.edit")
def restore(flow_id: UUID, number: int) -> Response:
    """Make a version the draft, if the draft is still the one that `If-Match` names."""
    where, by = (db_session(), acting().tenant_id), acting().person_name
    revision = expected_revision("draft")
    with told_as_moved():
        flow = history.restore_version(
            *where, flow_id, number, expected_revision=revision, by=by, now=utc_now()
        )
    return with_tag(jsonify(flow_document(flow)), flow)


@api.get("/<uuid:flow_id>/draft/settings")
@describe(answer=PARTS_SHAPE, is_tagged=True)
@require("workflows.view")
def get_settings(flow_id: UUID) -> Response:
    """Give the draft's `settings`, `vars` and `input`; its `ETag` is that of the draft."""
    found = versions.get_flow(db_session(), acting().tenant_id, flow_id)
    return with_tag(jsonify(parts_of(readable(found.draft))), found)


@api.patch("/<uuid:flow_id>/draft/settings")
@describe(body=_PARTS, answer=PARTS_SHAPE, is_tagged=True, needs_tag=True)
@require("workflows.edit")
def patch_settings(flow_id: UUID) -> Response:
    """Replace some of them, if the draft is still the one that `If-Match` names."""
    body, revision = json_body(), expected_revision("draft")
    _PARTS.require(body, "a draft's settings are settings, vars and input")
    where, by = (db_session(), acting().tenant_id), acting().person_name
    with told_as_moved():
        flow = save_parts(
            *where, flow_id, parts=body, expected_revision=revision, by=by, now=utc_now()
        )
    return with_tag(jsonify(parts_of(flow.draft)), flow)


@api.get("/<uuid:flow_id>/versions/<int:number>/diff")
@describe(query={"with": TEXT}, answer=shapes.DIFF)
@require("workflows.view")
def diff(flow_id: UUID, number: int) -> Response:
    """List what changed from this version to another, `with` (a number, or draft as by default)."""
    where = (db_session(), acting().tenant_id, flow_id)
    other = version_asked(request.args.get("with", ""))
    old, new = (readable(history.document_of(*where, one)) for one in (number, other))
    return jsonify(diff_document(number, other, compare(old, new)))


@api.post("/<uuid:flow_id>/steps/<step>/try")
@describe(
    body=_TRY, is_optional=True, answer=run_shapes.RUN, status=202, also=(200,), keeps_key=True
)
@require("workflows.run")
def try_alone(flow_id: UUID, step: str) -> Response:
    """Run one step of the draft alone, as a trial; 202, or 200 for the same `Idempotency-Key`."""
    body = optional_body()
    _TRY.require(body, "a step is tried with pins, from_run, trigger, input and item, all optional")
    where, by = (db_session(), acting().tenant_id), acting().person_name
    wanted = Alone(
        pins=body.get("pins", {}),
        from_run=UUID(body["from_run"]) if "from_run" in body else None,
        trigger=body.get("trigger"),
        input=body.get("input"),
        item=(body["item"],) if "item" in body else (),
        allow_effects=body.get("allow_effects", False),
        key=request.headers.get("Idempotency-Key", ""),
    )
    trial = Wanted(allow_effects=wanted.allow_effects, only=step)
    confirmed = body.get("confirmed", False)
    require_effects(*where, flow_id, trial, who=acting(), confirmed=confirmed)
    begun = try_step(*where, flow_id, step, wanted, by=by, now=utc_now())
    return started(get_run(*where, begun.run_id), is_new=begun.is_new)
