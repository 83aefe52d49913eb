"""Pages of what goes live: requests to publish, one with what it changes, and the policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from kernel.clock import utc_now
from kernel.errors import ConflictError, ForbiddenError, GarlandError, InvalidError
from kernel.http import acting, address_with, db_session, render, require, see_other, vault
from runtime.flows.api import readable
from runtime.flows.versions import draft_problems, get_flow
from runtime.going_live import requests
from runtime.going_live.api import page_of_requests
from runtime.going_live.model import RequestView
from runtime.going_live.subjects import RULES, WORKFLOWS, Kind, changes_of
from runtime.rules.store import get_rule
from tenancy.policies import change_policy, policy_history, publishing_policy

bp = Blueprint("going_live", __name__)

_DONE = {
    "approve": "You said yes: version {} is live.",
    "refuse": "You refused it. Whoever asked sees your reason.",
    "withdraw": "You took it back. Nothing was published.",
}


@bp.get("/t/<tenant>/publish-requests")
@require("workflows.view")
def list_requests() -> Response:
    """Show what was asked to be published: what waits, then what ended; events refresh it."""
    who, now = acting(), utc_now()
    is_first = "cursor" not in request.args
    waiting = (
        requests.list_requests(
            db_session(), who=who, now=now, state="open", limit=requests.OPEN_SHOWN
        )
        if is_first
        else []
    )
    ended, more = page_of_requests("ended")
    return render(
        "runtime/going_live/list.html",
        "runtime/going_live/_rows.html",
        waiting=sorted(waiting, key=lambda one: one.rank),
        ended=ended,
        here=request.full_path.rstrip("?"),
        is_first=is_first,
        next_url=address_with(cursor=more) if more else None,
    )


@bp.get("/t/<tenant>/publish-requests/<uuid:request_id>")
@require("workflows.view")
def show_request(request_id: UUID) -> Response:
    """Show one request: who asked and why, what it changes, and what can be said to it."""
    return _page(request_id)


@bp.post("/t/<tenant>/publish-requests/<uuid:request_id>/<any(approve,refuse,withdraw):verb>")
@require("workflows.view")
def answer_request(request_id: UUID, verb: str) -> Response:
    """Say yes, say no with a reason, or take back what one asked for."""
    who, now = acting(), utc_now()
    deeds: dict[str, Callable[[], RequestView]] = {
        "approve": lambda: requests.approve(
            db_session(), request_id, who=who, vault=vault(), now=now
        ),
        "refuse": lambda: requests.refuse(
            db_session(), request_id, who=who, reason=request.form.get("reason", ""), now=now
        ),
        "withdraw": lambda: requests.withdraw(db_session(), request_id, who=who, now=now),
    }
    try:
        done = deeds[verb]()
    except (InvalidError, ConflictError, ForbiddenError) as error:
        return _page(request_id, refused=error)
    flash(_DONE[verb].format(done.number), "success")
    return see_other(url_for("going_live.show_request", request_id=request_id))


@bp.route("/t/<tenant>/workflows/<uuid:flow_id>/ask-to-publish", methods=["GET", "POST"])
@require("workflows.edit")
def ask_for_flow(flow_id: UUID) -> Response:
    """Ask others to publish a workflow's draft as it is now."""
    where = (db_session(), acting().tenant_id, flow_id)
    flow, refused = get_flow(*where), None
    if request.method == "POST":
        try:
            return _asked(WORKFLOWS, flow_id)
        except (InvalidError, ConflictError) as error:
            refused = error
    here = {"name": flow.name, "back": url_for("workflows.edit_workflow", flow_id=flow_id)}
    wrong = [one.message for one in draft_problems(*where) if one.severity == "error"]
    return _ask_page(WORKFLOWS, flow_id, here, modes=(), wrong=wrong, refused=refused)


@bp.route("/t/<tenant>/rules/<uuid:rule_id>/ask-to-publish", methods=["GET", "POST"])
@require("rules.edit")
def ask_for_rule(rule_id: UUID) -> Response:
    """Ask others to put a rule or table live as it is now."""
    rule, refused = get_rule(db_session(), acting().tenant_id, rule_id), None
    if request.method == "POST":
        try:
            return _asked(RULES, rule_id)
        except (InvalidError, ConflictError) as error:
            refused = error
    here = {"name": rule.name, "back": url_for("rules.edit_rule", rule_id=rule_id)}
    modes = [("live", "Publish: it acts"), ("observe", "Observe only: what it would do is noted")]
    if rule.kind == "table":
        modes.append(("off", "For workflows only: it judges no alarm"))
    return _ask_page(RULES, rule_id, here, modes=modes, wrong=[], refused=refused)


@bp.get("/t/<tenant>/publishing-policy")
@require("workflows.view")
def show_policy() -> Response:
    """Show who has to say yes before something goes live."""
    return _policy_page()


@bp.post("/t/<tenant>/publishing-policy")
@require("publishing.policy")
def save_policy() -> Response:
    """Decide who has to say yes before something goes live."""
    said: dict[str, Any] = {
        name: request.form[name]
        for name in ("workflows", "rules", "yes_role")
        if name in request.form
    }
    said["effects_need_approval"] = request.form.get("effects_need_approval") == "true"
    where, by = (db_session(), acting().tenant_id), acting().person_name
    try:
        change_policy(*where, said, by=by, now=utc_now())
    except InvalidError as error:
        return _policy_page(refused=error)
    flash("It holds from now on.", "good")
    return see_other(url_for("going_live.show_policy"))


def _policy_page(*, refused: InvalidError | None = None) -> Response:
    where = (db_session(), acting().tenant_id)
    return render(
        "runtime/going_live/policy.html",
        status=refused.status if refused else 200,
        policy=publishing_policy(*where),
        decided=policy_history(*where),
        problems=refused.problems if refused else (),
    )


def _asked(kind: Kind, id_: UUID) -> Response:
    note, mode = request.form.get("note", ""), request.form.get("mode", "")
    made = requests.ask_to_publish(
        db_session(), kind, id_, who=acting(), note=note, now=utc_now(), mode=mode
    )
    flash("Asked. Those who may say yes see it on their first page and get a mail.", "success")
    return see_other(url_for("going_live.show_request", request_id=made.id))


def _ask_page(
    kind: Kind,
    id_: UUID,
    here: dict[str, str],
    *,
    modes: Any,
    wrong: list[str],
    refused: GarlandError | None,
) -> Response:
    return render(
        "runtime/going_live/ask.html",
        status=refused.status if refused else 200,
        is_flow=kind is WORKFLOWS,
        modes=modes,
        wrong=wrong,
        refused=refused,
        said=request.form,
        before=requests.open_request_of(db_session(), kind, id_, who=acting(), now=utc_now()),
        policy=publishing_policy(db_session(), acting().tenant_id),
        **here,
    )


def _page(request_id: UUID, *, refused: GarlandError | None = None) -> Response:
    found = requests.get_request(db_session(), request_id, who=acting(), now=utc_now())
    is_flow = found.kind == "workflow"
    subject = (
        url_for("workflows.edit_workflow", flow_id=found.subject_id)
        if is_flow
        else url_for("rules.edit_rule", rule_id=found.subject_id)
    )
    return render(
        "runtime/going_live/show.html",
        status=refused.status if refused else 200,
        one=found,
        changes=changes_of(db_session(), acting().tenant_id, found, readable),
        subject_url=subject,
        refused=refused,
        reason=request.form.get("reason", ""),
        may_publish=acting().may("workflows.publish" if is_flow else "rules.publish"),
    )
