"""What the steps of a workflow keep, over REST: for whoever may change the workflow."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import format_instant
from kernel.http import acting, db_session, page_of, require
from kernel.rest import ANYTHING, INSTANT, TEXT, WHOLE, describe, listed, shape
from runtime.step_state.store import Kept, clear_kept, list_kept

api = Blueprint("step_state_api", __name__, url_prefix="/api/v1/flows")

KEPT = shape("KeptValue", step=TEXT, key=TEXT, value=ANYTHING, changed_at=INSTANT)
_WHICH = {
    "step": {**TEXT, "description": "Of one step"},
    "key": {**TEXT, "description": "Under one key"},
}


@api.get("/<uuid:flow_id>/state")
@describe(pages=True, answer=listed(KEPT))
@require("workflows.edit")
def list_state(flow_id: UUID) -> Response:
    """List what the steps of a workflow keep from run to run, by step and key."""
    where = (db_session(), acting().tenant_id, flow_id)
    found, more = page_of(
        lambda limit, after: list_kept(*where, limit=limit, after=after), _place_of
    )
    return jsonify(items=[_document(one) for one in found], next_cursor=more)


@api.delete("/<uuid:flow_id>/state")
@describe(query=_WHICH, answer=shape(cleared=WHOLE))
@require("workflows.edit")
def clear_state(flow_id: UUID) -> Response:
    """Clear what is kept: all of it, of one `step`, or under one `key`."""
    which = {name: request.args.get(name, "") for name in _WHICH}
    cleared = clear_kept(
        db_session(), acting().tenant_id, flow_id, **which, by=acting().person_name
    )
    return jsonify(cleared=cleared)


def _place_of(one: Kept) -> tuple[str, str]:
    return one.step, one.key


def _document(one: Kept) -> dict[str, object]:
    return {
        "step": one.step,
        "key": one.key,
        "value": one.value,
        "changed_at": format_instant(one.changed_at),
    }
