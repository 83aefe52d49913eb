"""Webhooks over HTTP for those who send: `/hooks/<key>`, whose key is the credential."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import structlog
from flask import Blueprint, Response, current_app, make_response, request, url_for
from flask.blueprints import BlueprintSetupState
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from kernel.clock import utc_now
from kernel.errors import GarlandError, NotFoundError, UnavailableError
from kernel.http import vault
from kernel.rest import ANYTHING, JSON, describe
from runtime.hooks import store
from runtime.hooks.answering import Taken, note_refusal, prepare, take
from runtime.hooks.by_block import BlockHooks, FailedError, MethodError, take_told
from runtime.hooks.reading import BODY_MAX_BYTES, Delivery, too_large
from runtime.hooks.replies import Reply, reply_at_once, reply_told, reply_unfinished, reply_with
from runtime.hooks.store import Target
from runtime.hooks.waiting import AT_MOST_S, RunNotices, Slots, wait_until_found
from runtime.runs.result import RunResult, result_of
from runtime.standing import refuse_delivery
from tenancy.keys.vault import tenant_vault
from tenancy.scope import as_tenant, bind, system

log = structlog.get_logger(__name__)

hooks = Blueprint("hooks", __name__)

SLOTS = "garland.hook_slots"
BLOCK_SLOTS = "garland.hook_block_slots"
BROKERS = "garland.brokers"
THREADS_FOR_OTHERS = 4
"""Of so many threads of the web process one at most waits for a run's end, and one for a block;
of those, half at most for one tenant."""


@hooks.record
def _make_slots(state: BlueprintSetupState) -> None:
    threads: int = state.app.extensions["garland.services"].settings.web_threads
    for name in (SLOTS, BLOCK_SLOTS):
        state.app.extensions[name] = Slots(max(1, threads // THREADS_FOR_OTHERS))


@hooks.post("/hooks/<key>", provide_automatic_options=False)
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
    return _deliver(key)


@hooks.route("/hooks/<key>", methods=["GET", "OPTIONS"], provide_automatic_options=False)
@describe(answer=ANYTHING)
def shake_hands(key: str) -> Response:
    """Answer a sender that asks before it sends, where a trigger's block reads the webhook."""
    return _deliver(key)


def _deliver(key: str) -> Response:
    body = _body()
    delivery = _delivery(body or b"")
    target = _target(key, delivery)
    structlog.contextvars.bind_contextvars(tenant_id=str(target.tenant_id))
    by_block = target.hook is not None and bool(target.hook.block)
    if delivery.method != "POST" and not by_block:
        raise MethodError("a webhook is called by POST")
    try:
        if body is None:
            raise too_large()
        if by_block:
            return _told(target, delivery)
        with _services().reading() as session, as_tenant(session, target.tenant_id):
            keys = tenant_vault(session, target.tenant_id, vault())
            prepared = prepare(target, delivery, keys)
        with _writing(target.tenant_id) as session:
            taken = take(session, target, prepared, now=delivery.at)
    except FailedError as failed:
        with _writing(target.tenant_id) as session:
            note_refusal(session, target, delivery, failed.told, reason=failed.reason)
        raise failed.told from None
    except GarlandError as error:
        with _writing(target.tenant_id) as session:
            note_refusal(session, target, delivery, error)
        raise
    return _answer(taken, _reply(target, taken, waits=prepared.hook.respond == "when_done"))


def _told(target: Target, delivery: Delivery) -> Response:
    """Have a trigger's block read a delivery, a few at a time: it may take its time."""
    asking = BlockHooks(reading=_services().reading, brokers=current_app.extensions[BROKERS]())
    slots: Slots = current_app.extensions[BLOCK_SLOTS]
    with slots.one(target.tenant_id) as has_room:
        if not has_room:
            raise UnavailableError("too many deliveries are being read: send it again")
        told = asking.ask(target, delivery)
    with _writing(target.tenant_id) as session:
        taken = take_told(session, target, delivery, told, now=delivery.at)
    return _written(reply_told(taken, told.received.answer))


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
        method=request.method,
    )


def _target(key: str, delivery: Delivery) -> Target:
    with _services().reading() as session, system(session):
        found = store.find_target(session, key, now=delivery.at)
        if found is not None:
            refuse_delivery(session, found.tenant_id)
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
    with slots.one(tenant_id) as has_room:
        if not has_room:
            log.warning("webhook_not_awaited", run_id=str(run_id))
            return look()
        ends = time.monotonic() + AT_MOST_S
        with RunNotices(_services().redis, tenant_id) as notices:
            left = max(ends - time.monotonic(), 0.0)  # a Redis that is away takes its time to fail
            return wait_until_found(look, notices.rest, at_most_s=left)


def _answer(taken: Taken, reply: Reply) -> Response:
    response = _written(reply)
    if taken.started is not None:
        response.headers["Location"] = _address_of(taken.started)
    return response


def _written(reply: Reply) -> Response:
    text = reply.document if reply.is_text else json.dumps(reply.document)
    response = make_response(text if reply.has_body else "", reply.status)
    kind = "application/problem+json" if reply.is_problem else "application/json"
    response.content_type = "text/plain; charset=utf-8" if reply.is_text else kind
    response.headers.update(reply.headers)
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
