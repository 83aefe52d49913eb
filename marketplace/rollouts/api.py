"""Roll-outs over REST, and freezing or holding versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, url_for

from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, json_body, optional_body, page_of, require
from kernel.rest import ID, INSTANT, TEXT, TEXTS, WHOLE, describe, listed, shape
from kernel.schema import Schema
from marketplace.rollouts import stops, store
from marketplace.rollouts.model import PLAN_SHAPE, MemberState, plan_document
from marketplace.rollouts.stops import StopView
from marketplace.rollouts.store import MemberLine, RolloutView

api = Blueprint("rollouts_api", __name__, url_prefix="/api/v1")

_WISHED = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["digest"],
        "properties": {"digest": TEXT, "plan": PLAN_SHAPE},
    }
)
_REASON = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"reason": {"type": "string", "maxLength": 500}},
    }
)
_STOP = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "block": {"type": "string", "maxLength": 81},
            "reason": {"type": "string", "maxLength": 500},
        },
    }
)
_COUNTS = {"type": "object", "additionalProperties": WHOLE}
ROLLOUT = shape(
    "Rollout",
    id=ID,
    block=TEXT,
    version=TEXT,
    digest=TEXT,
    plan=PLAN_SHAPE,
    state=TEXT,
    ring=WHOLE,
    ring_since=INSTANT,
    reason=TEXT,
    organisations=_COUNTS,
    made_at=INSTANT,
    made_by=TEXT,
)
LINE = shape(
    "RolloutLine",
    organisation_id=ID,
    name=TEXT,
    rings={"type": "array", "items": WHOLE},
    states=_COUNTS,
    told=TEXTS,
)
STOP = shape("RolloutStop", id=ID, block=TEXT, reason=TEXT, made_at=INSTANT, made_by=TEXT)
_WORDS = {
    "pause": "Begin no further ring and move nobody until it is resumed.",
    "resume": "Let a paused one go on.",
    "halt": "Move nobody any more; it can only be taken back.",
    "go-on": "Begin the next ring at once, whatever was measured.",
    "finish": "End it as it is: who was not moved stays as they are.",
    "roll-back": "Give everybody that was moved exactly what they had.",
}


@api.get("/rollouts")
@describe(pages=True, answer=listed(ROLLOUT))
@require("rollouts.edit")
def list_rollouts() -> Response:
    """List one's roll-outs, the newest first."""
    found, more = page_of(
        lambda limit, after: store.list_rollouts(
            db_session(), acting().tenant_id, limit=limit, after=after
        ),
        lambda one: [str(one.id)],
        parts=1,
    )
    return jsonify(items=[_rollout(one) for one in found], next_cursor=more)


@api.post("/rollouts")
@describe(body=_WISHED, answer=ROLLOUT, status=201)
@require("rollouts.edit")
def begin_rollout() -> Response:
    """Begin to roll a package out to all below one that have an older version."""
    body = json_body()
    _WISHED.require(body, "a roll-out takes the digest of a package, and a plan if you say so")
    plan = body.get("plan", {})
    made = store.begin_rollout(db_session(), acting(), body["digest"], plan, now=utc_now())
    response = jsonify(_rollout(made))
    response.status_code = 201
    response.headers["Location"] = url_for("rollouts_api.get_rollout", rollout_id=made.id)
    return response


@api.get("/rollouts/<uuid:rollout_id>")
@describe(answer=ROLLOUT)
@require("rollouts.edit")
def get_rollout(rollout_id: UUID) -> Response:
    """Give one of one's roll-outs."""
    return jsonify(_rollout(store.get_rollout(db_session(), acting().tenant_id, rollout_id)))


@api.get("/rollouts/<uuid:rollout_id>/organisations")
@describe(answer=listed(LINE))
@require("rollouts.edit")
def list_organisations(rollout_id: UUID) -> Response:
    """Say how far it is with each of those one looks after."""
    found = store.member_lines(db_session(), acting(), rollout_id)
    return jsonify(items=[_line(one) for one in found], next_cursor=None)


@api.post("/rollouts/<uuid:rollout_id>/<any(pause,resume,halt,'go-on',finish,'roll-back'):verb>")
@describe(body=_REASON, is_optional=True, words=_WORDS, answer=ROLLOUT)
@require("rollouts.edit")
def steer_rollout(rollout_id: UUID, verb: str) -> Response:
    """Pause, resume, halt, send on, finish or take back a roll-out."""
    body = optional_body()
    _REASON.require(body, "it takes a reason, if you give one")
    reason = body.get("reason", "")
    who, now = acting(), utc_now()
    return jsonify(
        _rollout(store.steer(db_session(), who, rollout_id, verb, reason=reason, now=now))
    )


@api.get("/rollout-freezes")
@describe(answer=listed(STOP))
@require("blocks.view")
def list_freezes() -> Response:
    """List the blocks of which no roll-out moves one's own workflows."""
    return _stops(below=False)


@api.post("/rollout-freezes")
@describe(body=_STOP, is_optional=True, answer=STOP, status=201)
@require("blocks.edit")
def freeze() -> Response:
    """Let no roll-out of a block move one's own workflows; without `block`, of any."""
    return _made_stop(below=False)


@api.delete("/rollout-freezes/<uuid:stop_id>")
@describe(status=204)
@require("blocks.edit")
def unfreeze(stop_id: UUID) -> Response:
    """Let roll-outs move one's own workflows again."""
    return _lifted(stop_id, below=False)


@api.get("/rollout-holds")
@describe(answer=listed(STOP))
@require("rollouts.edit")
def list_holds() -> Response:
    """List the blocks of which no roll-out moves anybody below one."""
    return _stops(below=True)


@api.post("/rollout-holds")
@describe(body=_STOP, is_optional=True, answer=STOP, status=201)
@require("rollouts.edit")
def hold() -> Response:
    """Let no roll-out of a block move anybody below one; without `block`, of any."""
    return _made_stop(below=True)


@api.delete("/rollout-holds/<uuid:stop_id>")
@describe(status=204)
@require("rollouts.edit")
def release(stop_id: UUID) -> Response:
    """Let roll-outs move those below one again."""
    return _lifted(stop_id, below=True)


def _stops(*, below: bool) -> Response:
    found = stops.list_stops(db_session(), acting().tenant_id, below=below)
    return jsonify(items=[_stop(one) for one in found], next_cursor=None)


def _made_stop(*, below: bool) -> Response:
    body = optional_body()
    _STOP.require(body, "it takes a block and a reason, both optional")
    block, reason = body.get("block", ""), body.get("reason", "")
    who, now = acting(), utc_now()
    made = stops.stop(db_session(), who, block, below=below, reason=reason, now=now)
    response = jsonify(_stop(made))
    response.status_code = 201
    return response


def _lifted(stop_id: UUID, *, below: bool) -> Response:
    stops.lift(db_session(), acting().tenant_id, stop_id, below=below, now=utc_now())
    return Response(status=204)


def _rollout(one: RolloutView) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "block": one.listing_id,
        "version": one.version,
        "digest": one.digest,
        "plan": plan_document(one.plan),
        "state": one.state.value,
        "ring": one.ring,
        "ring_since": format_instant(one.ring_since),
        "reason": one.reason,
        "organisations": {state.value: one.members.get(state, 0) for state in MemberState},
        "made_at": format_instant(one.made_at),
        "made_by": one.made_by,
    }


def _line(one: MemberLine) -> dict[str, Any]:
    return {
        "organisation_id": str(one.organisation_id),
        "name": one.name,
        "rings": list(one.rings),
        "states": {state.value: number for state, number in one.states.items()},
        "told": list(one.told),
    }


def _stop(one: StopView) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "block": one.listing_id,
        "reason": one.reason,
        "made_at": format_instant(one.made_at),
        "made_by": one.made_by,
    }
