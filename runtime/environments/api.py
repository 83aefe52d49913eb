"""Environments over REST: listing and adding them, and promoting from one to another.

Whoever asks acts where things are brought; from where is said by the other's short name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify

from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, json_body, optional_body, require, vault
from kernel.rest import describe, listed
from kernel.schema import Schema
from runtime.environments import planning, promoting, shapes
from runtime.environments._tables import Promotion, PromotionState
from runtime.environments.carrying import Key
from runtime.environments.named import KINDS, Name, Named
from runtime.environments.planning import Line
from runtime.environments.undoing import undo
from tenancy.environments import (
    EnvironmentView,
    environments_of,
    find_environment,
    make_environment,
)

api = Blueprint("environments_api", __name__, url_prefix="/api/v1")

_TEXT = {"type": "string", "minLength": 1, "maxLength": 200}
_NOTE = {"type": "string", "maxLength": 500}
_MADE = Schema(
    {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {"name": {"type": "string", "maxLength": 200}},
    }
)
_PICKED = Schema(
    {
        "type": "object",
        "required": ["from", "items"],
        "additionalProperties": False,
        "properties": {
            "from": _TEXT,
            "note": _NOTE,
            "items": {
                "type": "array",
                "minItems": 1,
                "maxItems": planning.PICKED_MAX,
                "items": {
                    "type": "object",
                    "required": ["kind", "key"],
                    "additionalProperties": False,
                    "properties": {"kind": {"enum": ["workflow", "rule", "table"]}, "key": _TEXT},
                },
            },
            "along": {
                "type": "array",
                "maxItems": planning.PICKED_MAX,
                "items": {
                    "type": "object",
                    "required": ["kind", "name", "seen"],
                    "additionalProperties": False,
                    "properties": {"kind": {"enum": [*KINDS]}, "name": _TEXT, "seen": _TEXT},
                },
            },
        },
    }
)
_REASON = Schema({"type": "object", "additionalProperties": False, "properties": {"reason": _NOTE}})


@api.get("/environments")
@describe(answer=shapes.ENVIRONMENTS)
@require("workflows.view")
def list_environments() -> Response:
    """List the environments that belong together, the live one first."""
    found = environments_of(db_session(), acting().tenant_id)
    return jsonify(items=[_environment(one) for one in found], next_cursor=None)


@api.post("/environments")
@describe(body=_MADE, answer=shapes.ENVIRONMENT, status=201)
@require("environments.edit")
def add_environment() -> Response:
    """Add an environment; its members are members there in the same roles."""
    said = json_body()
    _MADE.require(said, "an environment takes a name")
    made = make_environment(db_session(), who=acting(), name=said["name"], now=utc_now())
    response = jsonify(_environment(made))
    response.status_code = 201
    return response


@api.get("/environments/<slug>/live")
@describe(answer=listed(shapes.LIVE))
@require("workflows.view")
def list_live(slug: str) -> Response:
    """List what is live in another environment, by the `kind` and `key` that promotions name."""
    there = find_environment(db_session(), acting().tenant_id, slug)
    found = planning.read_there(db_session(), who=acting(), there=there)
    items = [
        {"kind": one.kind, "key": one.key[1], "title": one.title, "number": one.number}
        for one in found
    ]
    return jsonify(items=items, next_cursor=None)


@api.post("/promotions/plan")
@describe(body=_PICKED, answer=shapes.PLAN)
@require("workflows.edit")
def plan() -> Response:
    """Say what bringing these here would change and what keeps them from it; nothing is done."""
    said, there, keys = _asked()
    session, who = db_session(), acting()
    picked = planning.read_there(session, who=who, there=there, picked=keys)
    load = planning.load_up(session, picked, who=who, there=there, wanted=_along(said))
    found = planning.make_plan(session, load, who=who, vault=vault(), now=utc_now())
    return jsonify(
        possible=found.is_possible,
        needs_yes=found.needs_yes,
        items=[_line(one) for one in found.lines],
        named=[_named(one, found) for one in load.named],
    )


@api.post("/promotions")
@describe(body=_PICKED, answer=shapes.PROMOTION, status=201)
@require("workflows.publish")
def promote() -> Response:
    """Bring them here: all is live (`done`), or a second person is asked (`asked`); 422 or none."""
    said, there, keys = _asked()
    made = promoting.promote(
        db_session(),
        there,
        keys,
        along=_along(said),
        who=acting(),
        note=said.get("note", ""),
        vault=vault(),
        now=utc_now(),
    )
    response = jsonify(promotion_document(made))
    response.status_code = 201
    return response


@api.get("/promotions")
@describe(answer=listed(shapes.PROMOTION))
@require("workflows.view")
def list_promotions() -> Response:
    """List what was brought here or asked to be, the newest hundred."""
    found = promoting.list_promotions(db_session(), acting().tenant_id)
    return jsonify(items=[promotion_document(one) for one in found], next_cursor=None)


@api.post("/promotions/<uuid:promotion_id>/<any(approve,refuse,withdraw,undo):verb>")
@describe(body=_REASON, is_optional=True, answer=shapes.PROMOTION)
@require("workflows.publish")
def answer(promotion_id: UUID, verb: str) -> Response:
    """Say yes, or no with a `reason`; take back what one asked for, or what was done."""
    said = optional_body()
    _REASON.require(said, "only a reason can go with an answer")
    return jsonify(promotion_document(answered(promotion_id, verb, said.get("reason", ""))))


def answered(promotion_id: UUID, verb: str, reason: str) -> Promotion:
    """Do what was said to a promotion, and give it as it is then."""
    session, who, now = db_session(), acting(), utc_now()
    if verb == "undo":
        return undo(session, promotion_id, who=who, vault=vault(), now=now)
    if verb == "approve":
        there = came_from(promoting.get_promotion(session, who.tenant_id, promotion_id))
        return promoting.approve(session, promotion_id, there, who=who, vault=vault(), now=now)
    state = PromotionState.REFUSED if verb == "refuse" else PromotionState.WITHDRAWN
    return promoting.end(session, promotion_id, state, who=who, reason=reason, now=now)


def came_from(promotion: Promotion) -> EnvironmentView:
    """Give the environment that a promotion brings from; raises NotFoundError once it is let go."""
    known = environments_of(db_session(), acting().tenant_id)
    slug = next((one.slug for one in known if one.organisation_id == promotion.from_id), "")
    return find_environment(db_session(), acting().tenant_id, slug)


def promotion_document(one: Promotion) -> dict[str, Any]:
    """Write a promotion as JSON; `why_not` says why the asker may not say yes."""
    is_open = one.state is PromotionState.ASKED
    refusal = promoting.why_not(db_session(), one, acting()) if is_open else "it waits no longer"
    names = ("kind", "key", "title", "number")
    return {
        "id": str(one.id),
        "from": one.from_name,
        "items": [{name: item[name] for name in names} for item in one.versions],
        "along": [
            {"kind": item["kind"], "name": item["key"], "verdict": item["verdict"]}
            for item in one.along
        ],
        "note": one.note,
        "state": one.state.value,
        "asked_at": format_instant(one.asked_at),
        "asked_by": one.asked_by,
        "ended_at": format_instant(one.ended_at) if one.ended_at else None,
        "ended_by": one.ended_by,
        "reason": one.reason,
        "why_not": refusal or None,
    }


def _asked() -> tuple[Mapping[str, Any], EnvironmentView, set[Key]]:
    said = json_body()
    _PICKED.require(said, "say from where, and which workflows, rules and tables")
    there = find_environment(db_session(), acting().tenant_id, said["from"])
    return said, there, {(one["kind"], one["key"]) for one in said["items"]}


def _along(said: Mapping[str, Any]) -> dict[Name, str]:
    return {(one["kind"], one["name"]): one["seen"] for one in said.get("along", ())}


def _named(one: Named, plan: planning.Plan) -> dict[str, Any]:
    differs = one.difference
    return {
        "kind": one.kind,
        "name": one.name,
        "used_by": list(one.used_by),
        "also_used_by": list(one.also_used_by),
        "verdict": one.verdict,
        "difference": {
            "new": differs.new,
            "changed": differs.changed,
            "removed": differs.gone,
            "head": differs.head,
        }
        if differs is not None
        else None,
        "seen": one.seen or None,
        "problem": plan.refusals.get(one.key),
    }


def _environment(one: EnvironmentView) -> dict[str, Any]:
    is_here = one.organisation_id == acting().tenant_id
    return {"slug": one.slug, "name": one.name, "is_live": one.is_live, "is_here": is_here}


def _line(one: Line) -> dict[str, Any]:
    return {
        "kind": one.carried.kind,
        "key": one.carried.key[1],
        "title": one.carried.title,
        "version": one.carried.number,
        "verdict": one.verdict,
        "live_number": one.live,
        "changes": [change.title for change in one.changes],
        "problems": list(one.problems),
    }
