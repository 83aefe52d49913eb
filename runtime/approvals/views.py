"""The inbox of approvals and the page of one.

Deciding takes two steps, since it cannot be taken back: the form is sent, read back to the person,
and only then sent as final. Both steps are plain forms.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from blocks.forms import (
    OPERATION,
    Field,
    form_fields,
    plain_fields,
    read_form,
    unplaced_problems,
)
from kernel.clock import utc_now
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.http import acting, address_with, db_session, render, require, see_other
from runtime.approvals import deciding, store
from runtime.approvals.api import page_of_approvals, voter
from runtime.approvals.deciding import Decision
from runtime.approvals.model import Choice
from runtime.approvals.store import ApprovalView
from runtime.runs.query import get_run

bp = Blueprint("approvals", __name__)

AT = "/form"
_DONE = {Choice.APPROVE: "You approved it.", Choice.REJECT: "You rejected it."}


@bp.get("/t/<tenant>/approvals")
@require("runs.view")
def list_approvals() -> Response:
    """Show what workflows ask, what waits for the reader first; events refresh the rows."""
    found, more = page_of_approvals()
    return render(
        "runtime/approvals/list.html",
        "runtime/approvals/_rows.html",
        approvals=found,
        mine=store.count_mine(db_session(), acting().tenant_id, voter()),
        asked=request.args,
        here=request.full_path.rstrip("?"),
        address_with=address_with,
        next_url=address_with(cursor=more) if more else None,
    )


@bp.get("/t/<tenant>/approvals/<uuid:approval_id>")
@require("runs.view")
def show_approval(approval_id: UUID) -> Response:
    """Show one approval: what is asked, why, who decided, and the form."""
    return _page(_approval(approval_id))


@bp.post("/t/<tenant>/approvals/<uuid:approval_id>/decide")
@require("runs.view")
def decide(approval_id: UUID) -> Response:
    """Take a decision: read it back first, then keep it; a button in the form only changes it."""
    approval = _approval(approval_id)
    filled = read_form(approval.form, request.form, at=AT) if approval.form else {}
    said = request.form.get("decision", "")
    if OPERATION in request.form or said not in [one.value for one in Choice]:
        return _page(approval, filled=filled)
    comment = request.form.get("comment", "")
    decision = Decision(choice=Choice(said), comment=comment, form=filled)
    try:
        return _take(approval, decision)
    except InvalidError as error:
        return _page(approval, filled=filled, problems=error.problems, status=422)
    except ConflictError as error:
        return _page(_approval(approval_id), refused=error.message, status=409)


def _take(approval: ApprovalView, decision: Decision) -> Response:
    """Read the decision back, or keep it when it was read back; what is kept already stays so."""
    if not _is_repeated(approval, decision):
        if approval.is_mine and request.form.get("step") != "final":
            return _confirm(approval, deciding.check_decision(approval.form, decision))
        where = (db_session(), acting().tenant_id, approval.id, voter())
        deciding.decide(*where, decision, now=utc_now())
        flash(_DONE[decision.choice], "success")
    return see_other(url_for("approvals.show_approval", approval_id=approval.id))


def _is_repeated(approval: ApprovalView, decision: Decision) -> bool:
    """Tell whether the person sent twice what they decided already, as a double click does."""
    mine = voter().key
    return any(one.voter == mine and one.choice is decision.choice for one in approval.votes)


def _approval(approval_id: UUID) -> ApprovalView:
    return store.get_approval(db_session(), acting().tenant_id, approval_id, voter())


def _confirm(approval: ApprovalView, decision: Decision) -> Response:
    kept = [
        (name, value)
        for name in request.form
        for value in request.form.getlist(name)
        if name.startswith(AT) or name == "comment"
    ]
    filled = [(field.label, field.text) for field in _fields(approval, dict(decision.form), ())]
    return render(
        "runtime/approvals/confirm.html",
        approval=approval,
        decision=decision,
        last=approval.needed - len(approval.votes) <= 1 or decision.choice is Choice.REJECT,
        filled=filled if decision.choice is Choice.APPROVE else [],
        kept=kept,
    )


def _page(
    approval: ApprovalView,
    *,
    filled: dict[str, Any] | None = None,
    problems: tuple[Problem, ...] = (),
    refused: str = "",
    status: int = 200,
) -> Response:
    where = (db_session(), acting().tenant_id)
    inside = [
        replace(one, pointer=one.pointer.removeprefix(AT))
        for one in problems
        if one.pointer.startswith(AT)
    ]
    fields = _fields(approval, filled or {}, inside)
    left = approval.needed - len(approval.votes)
    return render(
        "runtime/approvals/show.html",
        "runtime/approvals/_approval.html",
        status=status,
        approval=approval,
        run=get_run(*where, approval.run_id),
        fields=fields,
        unplaced=unplaced_problems(fields, inside),
        comment=request.form.get("comment", ""),
        wrong={one.pointer: one.message for one in problems},
        refused=refused,
        too_few=approval.is_open and len(deciding.deciders(*where, approval.id)) < left,
    )


def _fields(approval: ApprovalView, filled: dict[str, Any], problems: Any) -> list[Field]:
    if not approval.form:
        return []
    return plain_fields(form_fields(approval.form, filled, problems, at=AT))
