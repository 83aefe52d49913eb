"""Webhooks over REST, for those who set them up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, make_response, url_for

from kernel.clock import format_instant, utc_now
from kernel.http import acting, db_session, optional_body, require, vault
from kernel.rest import describe
from kernel.schema import Schema
from runtime.hooks import shapes, store
from runtime.hooks.deliveries import DeliveryView, list_deliveries
from runtime.hooks.store import HookView

api = Blueprint("webhooks_api", __name__, url_prefix="/api/v1/flows/<uuid:flow_id>/webhooks")

_SECRET = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"secret": {"type": "string", "maxLength": 200}},
    }
)


@api.get("")
@describe(answer=shapes.HOOKS)
@require("workflows.view")
def list_hooks(flow_id: UUID) -> Response:
    """List the webhooks of the live version, without their addresses and secrets."""
    found = store.list_hooks(db_session(), acting().tenant_id, flow_id, now=utc_now())
    return jsonify(items=[hook_document(one) for one in found], next_cursor=None)


@api.get("/<trigger_id>/address")
@describe(answer=shapes.ADDRESS)
@require("workflows.edit")
def get_address(flow_id: UUID, trigger_id: str) -> Response:
    """Give the address to send to; whoever knows it can send."""
    return jsonify(address=address_of(flow_id, trigger_id))


@api.post("/<trigger_id>/renew")
@describe(answer=shapes.ADDRESS)
@require("workflows.publish")
def renew(flow_id: UUID, trigger_id: str) -> Response:
    """Make a new address; the old one stops at once."""
    where = (db_session(), acting().tenant_id, flow_id, trigger_id)
    store.renew_key(*where, vault=vault(), now=utc_now())
    return jsonify(address=address_of(flow_id, trigger_id))


@api.post("/<trigger_id>/secret")
@describe(body=_SECRET, is_optional=True, answer=shapes.SECRET, status=201)
@require("workflows.publish")
def set_secret(flow_id: UUID, trigger_id: str) -> Response:
    """Set the signing secret: `secret` as the sender shows it, or a new one; given this once."""
    said = optional_body()
    _SECRET.require(said, "send the sender's secret, or nothing to have one made")
    where = (db_session(), acting().tenant_id, flow_id, trigger_id)
    made = store.set_secret(*where, vault=vault(), now=utc_now(), secret=said.get("secret", ""))
    response = jsonify(secret=made)
    response.status_code = 201
    return response


@api.delete("/<trigger_id>/old-secret")
@describe(status=204)
@require("workflows.publish")
def drop_old_secret(flow_id: UUID, trigger_id: str) -> Response:
    """Let the secret before the current one count no longer."""
    store.drop_old_secret(db_session(), acting().tenant_id, flow_id, trigger_id, now=utc_now())
    return make_response("", 204)


@api.get("/<trigger_id>/deliveries")
@describe(answer=shapes.DELIVERIES)
@require("runs.view")
def get_deliveries(flow_id: UUID, trigger_id: str) -> Response:
    """List the latest deliveries, newest first; only so many are kept."""
    where = (db_session(), acting().tenant_id)
    hook = store.find_hook(*where, flow_id, trigger_id, now=utc_now())
    found = list_deliveries(*where, hook.id) if hook.id is not None else []
    return jsonify(items=[_delivery_document(one) for one in found], next_cursor=None)


def address_of(flow_id: UUID, trigger_id: str) -> str:
    """Give the whole address of a webhook of the acting tenant; raises NotFoundError."""
    where = (db_session(), acting().tenant_id, flow_id, trigger_id)
    key = store.read_key(*where, vault=vault())
    return url_for("hooks.deliver", key=key, _external=True)


def hook_document(hook: HookView) -> dict[str, Any]:
    """Write a webhook as JSON, without its address and secrets."""
    return {
        "trigger": hook.trigger_id,
        "title": hook.title,
        "signed": hook.signed,
        "respond": hook.respond,
        "correlate": hook.correlate or None,
        "block": hook.block or None,
        "starts_runs": hook.is_wired,
        "address_made_at": format_instant(hook.key_made_at) if hook.key_made_at else None,
        "secret_made_at": format_instant(hook.secret_made_at) if hook.secret_made_at else None,
        "old_secret_until": format_instant(hook.old_secret_until)
        if hook.old_secret_until
        else None,
    }


def _delivery_document(one: DeliveryView) -> dict[str, Any]:
    return {
        "at": format_instant(one.at),
        "outcome": one.outcome.value,
        "status": one.status,
        "message": one.message,
        "sender": one.sender,
        "size_bytes": one.size_bytes,
        "run_id": str(one.run_id) if one.run_id else None,
    }
