"""Shadow runs over REST: of those below one in numbers, of one's own step by step."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, url_for

from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, json_body, require
from kernel.rest import FLAG, ID, INSTANT, TEXT, WHOLE, describe, many, shape
from kernel.schema import Schema
from marketplace.shadow import store
from marketplace.shadow.model import Counts, Verdict, reasons_of
from marketplace.shadow.store import PER_STEP, PER_STEP_MAX, ShadowView
from marketplace.shadow.views import require_runs

api = Blueprint("shadow_api", __name__, url_prefix="/api/v1/shadow-runs")

_WISHED = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["digest"],
        "properties": {
            "digest": TEXT,
            "per_step": {"type": "integer", "minimum": 1, "maximum": PER_STEP_MAX},
        },
    }
)
_COUNTS = {"type": "object", "additionalProperties": WHOLE}
_REASON = shape(told=TEXT, records=WHOLE)
_PLACE = shape(where=TEXT, records=WHOLE)
_SAID: dict[str, Any] = {
    "id": ID,
    "block": TEXT,
    "version": TEXT,
    "digest": TEXT,
    "per_step": WHOLE,
    "state": TEXT,
    "workflows": WHOLE,
    "workflows_done": WHOLE,
    "records": _COUNTS,
    "records_withheld": FLAG,
    "not_comparable": many(_REASON),
    "told": TEXT,
    "made_at": INSTANT,
    "made_by": TEXT,
}
_LINE = shape("ShadowLine", organisation_id=ID, name=TEXT, records=_COUNTS, records_withheld=FLAG)
_STEP = shape(
    "ShadowStep",
    flow_id=ID,
    flow=TEXT,
    step=TEXT,
    records=_COUNTS,
    not_comparable=many(_REASON),
    differs_at=many(_PLACE),
    fails_with=many(_PLACE),
)
SHADOW = shape("ShadowRun", **_SAID, items=many(_LINE))
OWN = shape("OwnShadowRun", **_SAID, items=many(_STEP))


@api.post("")
@describe(body=_WISHED, answer=SHADOW, status=201)
@require("rollouts.edit")
def ask_below() -> Response:
    """Try a version on what steps of those below one were last given; numbers come back."""
    return _asked(below=True)


@api.get("/<uuid:shadow_id>")
@describe(answer=SHADOW)
@require("rollouts.edit")
def get_below(shadow_id: UUID) -> Response:
    """Say how far a shadow run of those below one is, and what came of it."""
    found = store.get_shadow(db_session(), acting().tenant_id, shadow_id, below=True)
    return jsonify(_below(found))


@api.post("/<uuid:shadow_id>/cancel")
@describe(answer=SHADOW)
@require("rollouts.edit")
def cancel_below(shadow_id: UUID) -> Response:
    """Stop a shadow run of those below one; what was found so far stays."""
    where = (db_session(), acting().tenant_id, shadow_id)
    return jsonify(_below(store.cancel_shadow(*where, below=True, now=utc_now())))


@api.post("/own")
@describe(body=_WISHED, answer=OWN, status=201)
@require("blocks.edit")
def ask_own() -> Response:
    """Try a version on what one's own steps were last given."""
    require_runs()
    return _asked(below=False)


@api.get("/own/<uuid:shadow_id>")
@describe(answer=OWN)
@require("runs.view")
def get_own(shadow_id: UUID) -> Response:
    """Say how far one's own shadow run is, and what came of each step."""
    found = store.get_shadow(db_session(), acting().tenant_id, shadow_id, below=False)
    return jsonify(_own(found))


@api.post("/own/<uuid:shadow_id>/cancel")
@describe(answer=OWN)
@require("blocks.edit")
def cancel_own(shadow_id: UUID) -> Response:
    """Stop one's own shadow run; what was found so far stays."""
    require_runs()
    where = (db_session(), acting().tenant_id, shadow_id)
    return jsonify(_own(store.cancel_shadow(*where, below=False, now=utc_now())))


def _asked(*, below: bool) -> Response:
    body = json_body()
    _WISHED.require(body, "a shadow run takes the digest of a package")
    who, digest, per_step = acting(), body["digest"], body.get("per_step", PER_STEP)
    made = store.ask_shadow(
        db_session(), who, digest, below=below, per_step=per_step, now=utc_now()
    )
    response = jsonify(_below(made) if below else _own(made))
    response.status_code = 201
    endpoint = "shadow_api.get_below" if below else "shadow_api.get_own"
    response.headers["Location"] = url_for(endpoint, shadow_id=made.id)
    return response


def _below(one: ShadowView) -> dict[str, Any]:
    lines = store.lines_of(db_session(), acting(), one)
    items = [
        {
            "organisation_id": str(line.organisation_id),
            "name": line.name,
            "records": _records(line.counts),
            "records_withheld": line.is_withheld,
        }
        for line in lines
    ]
    return {**_said(one), "items": items}


def _own(one: ShadowView) -> dict[str, Any]:
    items = [
        {
            "flow_id": str(line.flow_id),
            "flow": line.flow,
            "step": line.step,
            "records": _records(line.counts),
            "not_comparable": _reasons(line.counts),
            "differs_at": [{"where": path, "records": number} for path, number in line.paths],
            "fails_with": [{"where": code, "records": number} for code, number in line.codes],
        }
        for line in store.steps_of(db_session(), acting().tenant_id, one.id)
    ]
    return {**_said(one), "items": items}


def _said(one: ShadowView) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "block": one.listing_id,
        "version": one.version,
        "digest": one.digest,
        "per_step": one.per_step,
        "state": one.state.value,
        "workflows": one.flows_total,
        "workflows_done": one.flows_done,
        "records": _records(one.counts),
        "records_withheld": one.is_withheld,
        "not_comparable": _reasons(one.counts),
        "told": one.told,
        "made_at": format_instant(one.made_at),
        "made_by": one.made_by,
    }


def _records(counts: Counts) -> dict[str, int]:
    return {one.value: counts.get(one.value, 0) for one in Verdict}


def _reasons(counts: Counts) -> list[dict[str, Any]]:
    return [{"told": told, "records": number} for told, number in reasons_of(counts)]
