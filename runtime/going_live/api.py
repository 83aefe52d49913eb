"""Requests to publish and the policy behind them, over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import format_instant, utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, json_body, optional_body, page_of, require, vault
from kernel.rest import choice, describe, listed
from kernel.schema import Schema
from runtime.flows.api import readable
from runtime.flows.comparing import diff_document
from runtime.going_live import requests, shapes
from runtime.going_live.model import NOTE_MAX, RequestView
from runtime.going_live.subjects import RULES, WORKFLOWS, changes_of
from tenancy.policies import POLICY_SCHEMA, change_policy, publishing_policy

api = Blueprint("going_live_api", __name__, url_prefix="/api/v1")

_NOTE = {"type": "string", "maxLength": NOTE_MAX}
_ASKED = Schema({"type": "object", "additionalProperties": False, "properties": {"note": _NOTE}})
_ASKED_MODE = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"note": _NOTE, "mode": {"enum": list(shapes.MODES)}},
    }
)
_REFUSED = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["reason"],
        "properties": {"reason": _NOTE},
    }
)
_POLICY = Schema(POLICY_SCHEMA)


@api.get("/publish-requests")
@describe(query={"state": choice("open", "ended")}, pages=True, answer=listed(shapes.REQUEST))
@require("workflows.view")
def list_requests() -> Response:
    """List what was asked to be published, the newest first; `state` is open or ended."""
    found, more = page_of_requests()
    return jsonify(items=[request_document(one) for one in found], next_cursor=more)


@api.get("/publish-requests/<uuid:request_id>")
@describe(answer=shapes.REQUEST_WITH_CHANGES)
@require("workflows.view")
def get_request(request_id: UUID) -> Response:
    """Give one request with what it changes, compared with what was live."""
    found = requests.get_request(db_session(), request_id, who=acting(), now=utc_now())
    return _whole(found)


@api.post("/publish-requests/<uuid:request_id>/approve")
@describe(answer=shapes.REQUEST_WITH_CHANGES)
@require("workflows.view")
def approve(request_id: UUID) -> Response:
    """Say yes: what was asked for is published, and nothing else. Who may is said by `why_not`."""
    done = requests.approve(db_session(), request_id, who=acting(), vault=vault(), now=utc_now())
    return _whole(done)


@api.post("/publish-requests/<uuid:request_id>/refuse")
@describe(body=_REFUSED, answer=shapes.REQUEST_WITH_CHANGES)
@require("workflows.view")
def refuse(request_id: UUID) -> Response:
    """Say no, with a `reason`."""
    requests.get_request(db_session(), request_id, who=acting(), now=utc_now())
    said = json_body()
    _REFUSED.require(said, "say why it is refused")
    reason = said["reason"]
    return _whole(
        requests.refuse(db_session(), request_id, who=acting(), reason=reason, now=utc_now())
    )


@api.post("/publish-requests/<uuid:request_id>/withdraw")
@describe(answer=shapes.REQUEST_WITH_CHANGES)
@require("workflows.view")
def withdraw(request_id: UUID) -> Response:
    """Take back what one asked for."""
    return _whole(requests.withdraw(db_session(), request_id, who=acting(), now=utc_now()))


@api.post("/flows/<uuid:flow_id>/publish-requests")
@describe(body=_ASKED, is_optional=True, answer=shapes.REQUEST_WITH_CHANGES, status=201)
@require("workflows.edit")
def ask_for_flow(flow_id: UUID) -> Response:
    """Ask others to publish the draft as it is now; `note` says what changed."""
    said = optional_body()
    _ASKED.require(said, "only a note can go with a request")
    return _asked(WORKFLOWS, flow_id, said)


@api.post("/rules/<uuid:rule_id>/publish-requests")
@describe(body=_ASKED_MODE, is_optional=True, answer=shapes.REQUEST_WITH_CHANGES, status=201)
@require("rules.edit")
def ask_for_rule(rule_id: UUID) -> Response:
    """Ask others to put the draft live, let it observe, or publish a table for workflows."""
    said = optional_body()
    _ASKED_MODE.require(said, "a note and a mode can go with a request")
    mode = said.get("mode", "live")
    return _asked(RULES, rule_id, said, mode="off" if mode == "workflows" else mode)


@api.get("/publishing-policy")
@describe(answer=shapes.POLICY)
@require("workflows.view")
def get_policy() -> Response:
    """Say who has to say yes before something goes live."""
    return jsonify(publishing_policy(db_session(), acting().tenant_id).document())


@api.patch("/publishing-policy")
@describe(body=_POLICY, answer=shapes.POLICY)
@require("publishing.policy")
def patch_policy() -> Response:
    """Decide parts of it anew; who did so is kept."""
    by = acting().person_name
    done = change_policy(db_session(), acting().tenant_id, json_body(), by=by, now=utc_now())
    return jsonify(done.document())


def page_of_requests(state: str | None = None) -> tuple[list[RequestView], str | None]:
    """Give the page that the query asks for, and the cursor of the next one."""
    wanted = request.args.get("state", "") if state is None else state
    if wanted not in requests.STATES:
        message = "state must be open or ended"
        raise InvalidError(message, problems=[Problem("/state", message)])
    who, now = acting(), utc_now()
    return page_of(
        lambda limit, after: requests.list_requests(
            db_session(), who=who, now=now, state=wanted, limit=limit, after=after
        ),
        requests.place_of,
    )


def request_document(one: RequestView) -> dict[str, Any]:
    """Write a request as JSON; `why_not` says why the asker may not say yes."""
    return {
        "id": str(one.id),
        "kind": one.kind,
        "subject_id": str(one.subject_id),
        "name": one.name,
        "mode": {"": None, "off": "workflows"}.get(one.mode, one.mode),
        "digest": one.digest,
        "draft_revision": one.revision,
        "live_number": one.against,
        "authors": sorted(one.authors.values()),
        "note": one.note,
        "asked_at": format_instant(one.asked_at),
        "asked_by": one.asked_by,
        "until": format_instant(one.until),
        "state": one.state.value,
        "ended_at": format_instant(one.ended_at) if one.ended_at else None,
        "ended_by": one.ended_by,
        "reason": one.reason,
        "published_number": one.number,
        "may_approve": one.waits_for_reader,
        "why_not": (one.refusal or None) if one.is_open else "it waits no longer",
        "is_mine": one.is_mine,
    }


def _asked(kind: Any, id_: UUID, said: dict[str, Any], *, mode: str = "") -> Response:
    made = requests.ask_to_publish(
        db_session(),
        kind,
        id_,
        who=acting(),
        note=said.get("note", ""),
        now=utc_now(),
        mode=mode,
    )
    response = _whole(made)
    response.status_code = 201
    return response


def _whole(one: RequestView) -> Response:
    changes = changes_of(db_session(), acting().tenant_id, one, readable)
    said = diff_document(0, None, changes)["changes"]
    return jsonify({**request_document(one), "moved_on": one.moved_on, "changes": said})
