"""The page Webhooks of a workflow: addresses, secrets, how to call them, and what came lately."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.installs.registry import registry_of
from kernel.clock import utc_now
from kernel.errors import GarlandError, InvalidError, NotFoundError
from kernel.http import acting, db_session, render, require, see_other, vault
from runtime.flows.hearing import is_told
from runtime.flows.versions import FlowView, get_flow
from runtime.hooks import examples, store
from runtime.hooks.answering import prepare, take
from runtime.hooks.api import address_of
from runtime.hooks.deliveries import list_deliveries
from runtime.hooks.reading import Delivery
from runtime.hooks.store import HookView

bp = Blueprint("webhooks", __name__, url_prefix="/t/<tenant>/workflows/<uuid:flow_id>/webhooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a page has to say of the request that led to it."""

    secret: str = ""
    pasted: str = ""
    wrong_secret: str = ""
    body: str = ""
    refused: str = ""
    status: int = 200


@bp.get("")
@require("workflows.view")
def list_webhooks(flow_id: UUID) -> Response:
    """Show the first webhook of a workflow, or how to come by one."""
    found = _hooks(flow_id)
    if found:
        return _page(flow_id, found[0].trigger_id)
    flow = get_flow(db_session(), acting().tenant_id, flow_id)
    return render("runtime/hooks/none.html", flow=flow, drawn=_drawn(flow))


@bp.post("")
@require("workflows.publish")
def make_addresses(flow_id: UUID) -> Response:
    """Make the addresses that are missing, where the version was published some other way."""
    where = (db_session(), acting().tenant_id, flow_id)
    store.make_addresses(*where, vault=vault(), now=utc_now())
    return see_other(url_for("webhooks.list_webhooks", flow_id=flow_id))


@bp.get("/<trigger_id>")
@require("workflows.view")
def show_webhook(flow_id: UUID, trigger_id: str) -> Response:
    """Show one webhook; events refresh its latest deliveries."""
    return _page(flow_id, trigger_id)


@bp.post("/<trigger_id>/renew")
@require("workflows.publish")
def renew(flow_id: UUID, trigger_id: str) -> Response:
    """Make a new address; the old one stops at once."""
    where = (db_session(), acting().tenant_id, flow_id, trigger_id)
    store.renew_key(*where, vault=vault(), now=utc_now())
    flash("The address is new: give it to the sender. The old one is refused from now on.", "good")
    return _back(flow_id, trigger_id)


@bp.post("/<trigger_id>/secret")
@require("workflows.publish")
def set_secret(flow_id: UUID, trigger_id: str) -> Response:
    """Set the signing secret and show it, this once; so there is no redirect."""
    where = (db_session(), acting().tenant_id, flow_id, trigger_id)
    pasted = request.form.get("secret", "").strip()
    try:
        made = store.set_secret(*where, vault=vault(), now=utc_now(), secret=pasted)
    except InvalidError as error:
        return _page(flow_id, trigger_id, Said(wrong_secret=error.message, status=422))
    if pasted:
        flash("The secret is kept: deliveries are checked with it from now on.", "good")
        return _back(flow_id, trigger_id)
    return _page(flow_id, trigger_id, Said(secret=made))


@bp.post("/<trigger_id>/drop-old-secret")
@require("workflows.publish")
def drop_old_secret(flow_id: UUID, trigger_id: str) -> Response:
    """Let the secret before the current one count no longer."""
    store.drop_old_secret(db_session(), acting().tenant_id, flow_id, trigger_id, now=utc_now())
    flash("The old secret counts no longer.", "good")
    return _back(flow_id, trigger_id)


@bp.post("/<trigger_id>/test")
@require("workflows.run")
def send_test(flow_id: UUID, trigger_id: str) -> Response:
    """Take a delivery typed by a person of the tenant, as if it had come and been signed."""
    text, now = request.form.get("body", ""), utc_now()
    where = (db_session(), acting().tenant_id, flow_id, trigger_id)
    target = store.target_of(*where, now=now)
    delivery = Delivery(
        body=text.encode(),
        mimetype="application/json",
        charset="",
        headers={"content-type": "application/json"},
        query=(),
        sender=f"test by {acting().person_name}",
        at=now,
    )
    try:
        prepared = prepare(target, delivery, vault(), is_trusted=True)
        taken = take(db_session(), target, prepared, now=now)
    except GarlandError as error:
        return _page(flow_id, trigger_id, Said(body=text, refused=error.message, status=422))
    if taken.run_ids:
        return see_other(url_for("runs.show_run", run_id=taken.run_ids[0]))
    flash(f"It was taken: {taken.document()['detail']}.", "notice")
    return _back(flow_id, trigger_id)


def _page(flow_id: UUID, trigger_id: str, said: Said | None = None) -> Response:
    said, flow = said or Said(), get_flow(db_session(), acting().tenant_id, flow_id)
    hooks = _hooks(flow_id)
    hook = next((one for one in hooks if one.trigger_id == trigger_id), None)
    if hook is None:
        raise NotFoundError("the live version has no such webhook: it was removed or renamed")
    sample = examples.sample_body(hook.correlate)
    return render(
        "runtime/hooks/show.html",
        "runtime/hooks/_deliveries.html",
        status=said.status,
        flow=flow,
        hooks=hooks,
        hook=hook,
        said=said,
        body=said.body or json.dumps(sample, indent=2),
        deliveries=_deliveries(hook),
        **_address(flow_id, hook, said.secret, sample),
    )


def _address(flow_id: UUID, hook: HookView, secret: str, sample: dict[str, Any]) -> dict[str, str]:
    """Give the address and a command that calls it, to those alone who may change the workflow."""
    if hook.id is None or not acting().may("workflows.edit"):
        return {"address": "", "command": ""}
    address = address_of(flow_id, hook.trigger_id)
    if hook.block:  # how it is to be called, its block knows
        return {"address": address, "command": ""}
    if not hook.signed:
        return {"address": address, "command": examples.plain_command(address, sample)}
    command = examples.signed_command(address, sample, secret=secret or examples.SECRET_GAP)
    return {"address": address, "command": command}


def _deliveries(hook: HookView) -> list[Any]:
    if hook.id is None:
        return []
    return list(list_deliveries(db_session(), acting().tenant_id, hook.id))


def _hooks(flow_id: UUID) -> list[HookView]:
    return store.list_hooks(db_session(), acting().tenant_id, flow_id, now=utc_now())


def _drawn(flow: FlowView) -> bool:
    """Tell whether the draft has a webhook that only has to be published."""
    registry = registry_of(db_session(), acting().tenant_id)
    return any(is_told(one, registry) for one in flow.draft["triggers"].values())


def _back(flow_id: UUID, trigger_id: str) -> Response:
    return see_other(url_for("webhooks.show_webhook", flow_id=flow_id, trigger_id=trigger_id))
