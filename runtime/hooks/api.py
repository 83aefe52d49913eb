"""Webhooks over HTTP: `/hooks/<key>` for those who send, and REST for those who set them up."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, Response, current_app, jsonify, make_response, request, url_for
from flask.blueprints import BlueprintSetupState
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from kernel.clock import format_instant, utc_now
from kernel.errors import GarlandError, NotFoundError
from kernel.http import acting, db_session, optional_body, require, vault
from kernel.rest import ANYTHING, JSON, describe
from kernel.schema import Schema
from runtime.hooks import shapes, store
from runtime.hooks.answering import Taken, note_refusal, prepare, take
from runtime.hooks.deliveries import DeliveryView, list_deliveries
from runtime.hooks.reading import BODY_MAX_BYTES, Delivery, too_large
from runtime.hooks.replies import Reply, reply_at_once, reply_unfinished, reply_with
from runtime.hooks.store import HookView, Target
from runtime.hooks.waiting import AT_MOST_S, RunNotices, Slots, wait_until_found
from runtime.runs.result import RunResult, result_of
from tenancy.scope import bind, system

log = structlog.get_logger(__name__)

api = Blueprint("webhooks_api", __name__, url_prefix="/api/v1/flows/<uuid:flow_id>/webhooks")
hooks = Blueprint("hooks", __name__)

SLOTS = "garland.hook_slots"
THREADS_FOR_OTHERS = 4
"""Of so many threads of the web process one at most waits for the end of a run."""

_SECRET = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {"secret": {"type": "string", "maxLength": 200}},
    }
)


@hooks.record
def _make_slots(state: BlueprintSetupState) -> None:
    threads: int = state.app.extensions["garland.services"].settings.web_threads
    state.app.extensions[SLOTS] = Slots(max(1, threads // THREADS_FOR_OTHERS))


@hooks.post("/hooks/<key>")
@describe(
    body=ANYTHING,
    is_optional=True,
    takes=(JSON, "text/plain", "application/x-www-form-urlencoded"),
    answer=ANYTHING,
    status=202,
    also=(200,),
)
def deliver(key: str) -> Response:
    """Take what another system sends; the key in the address is the credential.

    No transaction is open while the body is read or the run's end is awaited. Limits of how much
    a tenant may send belong between finding the target and taking the delivery.
    """
    body = _body()
    delivery = _delivery(body or b"")
    target = _target(key, delivery)
    structlog.contextvars.bind_contextvars(tenant_id=str(target.tenant_id))
    try:
        if body is None:
            raise too_large()
        prepared = prepare(target, delivery, vault())
        with _writing(target.tenant_id) as session:
            taken = take(session, target, prepared, now=delivery.at)
    except GarlandError as error:
        with _writing(target.tenant_id) as session:
            note_refusal(session, target, delivery, error)
        raise
    return _answer(taken, _reply(target, taken, waits=prepared.hook.respond == "when_done"))


def _body() -> bytes | None:
    """Read the body to the byte; None when it is too large to be read.

    One byte more is let in than is taken: a body sent in chunks is cut at the limit, silently.
    """
    request.max_content_length = BODY_MAX_BYTES + 1
    try:
        body = request.get_data(cache=False, parse_form_data=False)
    except RequestEntityTooLarge:
        return None
    return body if len(body) <= BODY_MAX_BYTES else None


def _delivery(body: bytes) -> Delivery:
    sender = f"{request.remote_addr or ''} {request.headers.get('User-Agent', '')}"
    return Delivery(
        body=body,
        mimetype=request.mimetype,
        charset=request.mimetype_params.get("charset", ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=list(request.args.items(multi=True)),
        sender=sender.strip(),
        at=utc_now(),
    )


def _target(key: str, delivery: Delivery) -> Target:
    with _services().reading() as session, system(session):
        found = store.find_target(session, key, now=delivery.at)
    if found is None:
        raise NotFoundError(
            "no webhook has this address: it was renewed, or is not copied to its end"
        )
    return found


def _reply(target: Target, taken: Taken, *, waits: bool) -> Reply:
    run_id = taken.started
    if run_id is None or not waits:
        return reply_at_once(taken)
    try:
        result = _result(target.tenant_id, run_id)
    except NotFoundError:  # its repeat came after the run was purged
        return reply_at_once(taken)
    if result is None:
        return reply_unfinished(taken, _address_of(run_id))
    return reply_with(result)


def _result(tenant_id: UUID, run_id: UUID) -> RunResult | None:
    """Wait for the end of a run; None when it comes too late, or too many wait already."""

    def look() -> RunResult | None:
        with _services().reading() as session:
            bind(session, tenant_id)
            return result_of(session, tenant_id, run_id)

    slots: Slots = current_app.extensions[SLOTS]
    with slots.one() as has_room:
        if not has_room:
            log.warning("webhook_not_awaited", run_id=str(run_id))
            return look()
        ends = time.monotonic() + AT_MOST_S
        with RunNotices(_services().redis, tenant_id) as notices:
            left = max(ends - time.monotonic(), 0.0)  # a Redis that is away takes its time to fail
            return wait_until_found(look, notices.rest, at_most_s=left)


def _answer(taken: Taken, reply: Reply) -> Response:
    response = make_response(json.dumps(reply.document) if reply.has_body else "", reply.status)
    kind = "application/problem+json" if reply.is_problem else "application/json"
    response.content_type = kind
    if taken.started is not None:
        response.headers["Location"] = _address_of(taken.started)
    return response


def _address_of(run_id: UUID) -> str:
    return url_for("runs_api.get_run", run_id=run_id, _external=True)


@contextmanager
def _writing(tenant_id: UUID) -> Iterator[Session]:
    """Give a short transaction of its own, as the tenant."""
    with _services().sessions() as session, session.begin():
        bind(session, tenant_id)
        yield session


def _services() -> Any:
    return current_app.extensions["garland.services"]


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
    store.drop_old_secret(db_session(), acting().tenant_id, flow_id, trigger_id)
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
