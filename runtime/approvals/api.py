"""Approvals over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from kernel.clock import format_instant, utc_now
from kernel.errors import InvalidError, Problem
from kernel.http import acting, db_session, json_body, page_of, require
from kernel.rest import describe, listed
from kernel.schema import Schema
from runtime.approvals import deciding, shapes, store
from runtime.approvals.deciding import Decision
from runtime.approvals.model import Choice, Vote, Voter
from runtime.approvals.store import ApprovalFilter, ApprovalView

api = Blueprint("approvals_api", __name__, url_prefix="/api/v1/approvals")

_MINE = {"": False, "false": False, "true": True}
_DECISION = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["decision"],
        "properties": {
            "decision": {"enum": [one.value for one in Choice]},
            "comment": {"type": "string"},
            "form": {"type": "object"},
        },
    }
)


@api.get("")
@describe(query=shapes.QUERY, pages=True, answer=listed(shapes.APPROVAL))
@require("runs.view")
def list_approvals() -> Response:
    """List approvals, those that wait for the asker first; filters `state`, `mine`, `q`."""
    found, more = page_of_approvals()
    return jsonify(items=[approval_document(one) for one in found], next_cursor=more)


def page_of_approvals() -> tuple[list[ApprovalView], str | None]:
    """Give the page that the query asks for, and the cursor of the next one."""
    where = (db_session(), acting().tenant_id, read_filter(), voter())
    return page_of(
        lambda limit, after: store.list_approvals(*where, limit=limit, after=after),
        store.place_of,
        parts=3,
    )


@api.get("/<uuid:approval_id>")
@describe(answer=shapes.APPROVAL)
@require("runs.view")
def get_approval(approval_id: UUID) -> Response:
    """Give one approval."""
    where = (db_session(), acting().tenant_id, approval_id, voter())
    return jsonify(approval_document(store.get_approval(*where)))


@api.post("/<uuid:approval_id>/decide")
@describe(body=_DECISION, answer=shapes.APPROVAL)
@require("runs.view")
def decide(approval_id: UUID) -> Response:
    """Approve or reject; answers the approval after it. Who may is the approval's to say."""
    where = (db_session(), acting().tenant_id, approval_id, voter())
    store.get_approval(*where)
    said = json_body()
    _DECISION.require(said, "send a decision, approve or reject, with a comment and the form")
    decision = Decision(
        choice=Choice(said["decision"]),
        comment=said.get("comment", ""),
        form=said.get("form", {}),
    )
    return jsonify(approval_document(deciding.decide(*where, decision, now=utc_now())))


def voter() -> Voter:
    """Say who asks or decides."""
    return store.voter_of(db_session(), acting())


def read_filter() -> ApprovalFilter:
    """Read the filter from the query; raises InvalidError naming the parameter.

    `state` is open, ended, or one of approved, rejected, timed_out, withdrawn; `mine` is true for
    what waits for the asker; `q` looks in the question, its text, what it is about, the workflow
    and who started it.
    """
    state, mine = request.args.get("state", ""), request.args.get("mine", "")
    for name, said, known in (("state", state, store.STATES), ("mine", mine, _MINE)):
        if said not in known:
            message = f"{name} must be one of {', '.join(filter(None, known))}"
            raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    return ApprovalFilter(state=state, mine=_MINE[mine], q=request.args.get("q", "").strip())


def approval_document(one: ApprovalView) -> dict[str, Any]:
    """Write an approval as JSON; `why_not` says why the asker may not decide."""
    closed = None if one.is_open else "it waits no longer"
    return {
        "id": str(one.id),
        "state": one.state.value,
        "title": one.title,
        "text": one.text,
        "flow": one.flow_name,
        "subject": one.subject,
        "run_id": str(one.run_id),
        "step": one.step,
        "attempt": one.attempt,
        "started_by": one.started_by,
        "roles": one.roles,
        "people": one.people,
        "needed": one.needed,
        "excludes_starter": one.excludes_starter,
        "form": dict(one.form),
        "opened_at": format_instant(one.opened_at),
        "until": format_instant(one.until) if one.until else None,
        "timeout_port": one.timeout_port,
        "ended_at": format_instant(one.ended_at) if one.ended_at else None,
        "may_decide": one.is_mine,
        "why_not": closed or (one.refusal.text if one.refusal else None),
        "decisions": [_vote_document(vote) for vote in one.votes],
    }


def _vote_document(vote: Vote) -> dict[str, Any]:
    return {
        "decision": vote.choice.value,
        "by": vote.by,
        "at": format_instant(vote.at) if vote.at else None,
        "comment": vote.comment,
        "form": dict(vote.form),
    }
