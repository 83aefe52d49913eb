"""Deciding: somebody approves or rejects what a workflow asked.

Who decides tells the waiting step in the same transaction: either both know, or neither does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import ConflictError, ForbiddenError, InvalidError, Problem
from kernel.schema import Schema
from runtime.approvals._reading import ApprovalView, get_approval, marks_of, votes_of
from runtime.approvals._tables import Approval, ApprovalVote
from runtime.approvals.model import (
    COMMENT_MAX,
    ApprovalState,
    Choice,
    Vote,
    Voter,
    verdict,
    why_not,
)
from runtime.approvals.store import tell_approval
from runtime.runs import waits
from tenancy.audit.trail import About, note
from tenancy.members import MemberView, list_members
from tenancy.people import find_active_person
from tenancy.rows import get_owned, insert_new

log = structlog.get_logger(__name__)

TRIES = 5
_NOTHING_TO_FILL = {"type": "object", "properties": {}, "additionalProperties": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody says: approve or reject, why, and what they filled in."""

    choice: Choice
    comment: str = ""
    form: Mapping[str, Any]


def decide(
    session: Session,
    tenant_id: UUID,
    approval_id: UUID,
    voter: Voter,
    decision: Decision,
    *,
    now: datetime,
) -> ApprovalView:
    """Record what somebody decides, and let the step go on when that settles it.

    Raises:
        NotFoundError: no such approval.
        InvalidError: naming the fields.
        ForbiddenError: others are asked.
        ConflictError: it waits no longer, or they decided already; nothing was changed.
    """
    row = get_owned(session, Approval, tenant_id, approval_id, name="approval")
    session.refresh(row)
    _check_open(row.state, row.until, now=now)
    marks = marks_of(session, tenant_id, approval_id)
    with session.begin_nested():
        said = check_decision(row.form, decision)
        votes = _cast(session, row, marks, voter, said, now=now)
        state = verdict(row.needed, votes)
        _settle(session, row, state, votes, now=now)
    session.expire(row)
    tell_approval(session, tenant_id, approval_id, state)
    log.info("approval_decided", approval_id=str(approval_id), choice=decision.choice.value)
    found = get_approval(session, tenant_id, approval_id, voter)
    about = About(kind="approval", id=approval_id, name=found.title)
    facts = {"choice": decision.choice.value, "comment": said.comment}
    note(session, tenant_id, "approval.decided", now=now, about=about, facts=facts)
    return found


def check_decision(form: Mapping[str, Any], decision: Decision) -> Decision:
    """Check what somebody says and give it as it is kept; who rejects need not fill in the form.

    Raises:
        InvalidError: naming the fields.
    """
    comment = decision.comment.strip()
    problems: list[Problem] = []
    if len(comment) > COMMENT_MAX:
        problems.append(Problem("/comment", f"comment: write at most {COMMENT_MAX:,} characters"))
    if decision.choice is Choice.REJECT:
        if not comment:
            problems.append(Problem("/comment", "comment: say why you reject"))
    else:
        found = Schema(form or _NOTHING_TO_FILL).problems(dict(decision.form))
        problems += [Problem("/form" + one.pointer, one.message) for one in found]
    if problems:
        raise InvalidError("the decision is not complete", problems=problems)
    kept = dict(decision.form) if decision.choice is Choice.APPROVE else {}
    return Decision(choice=decision.choice, comment=comment, form=kept)


def deciders(session: Session, tenant_id: UUID, approval_id: UUID) -> list[MemberView]:
    """List the members who may decide and have not."""
    marks = marks_of(session, tenant_id, approval_id)
    votes = votes_of(session, tenant_id, approval_id)
    return [
        one
        for one in list_members(session, tenant_id)
        if why_not(marks, _as_voter(one), votes) is None
        and find_active_person(session, one.person_id) is not None
    ]


def _as_voter(member: MemberView) -> Voter:
    return Voter(
        name=member.name,
        role=member.role,
        operates="runs.operate" in member.permissions,
        email=member.email,
        person_id=member.person_id,
    )


def _check_open(state: ApprovalState, until: datetime | None, *, now: datetime) -> None:
    if state in (ApprovalState.APPROVED, ApprovalState.REJECTED):
        raise ConflictError(f"this was {state.value} already: look at who decided")
    if state is ApprovalState.WITHDRAWN:
        raise ConflictError("this is asked no longer: the run went on or ended without it")
    if state is ApprovalState.TIMED_OUT or (until is not None and until <= now):
        raise ConflictError("the time to decide this is over")


def _cast(
    session: Session,
    row: Approval,
    marks: frozenset[str],
    voter: Voter,
    said: Decision,
    *,
    now: datetime,
) -> list[Vote]:
    """Write the vote under the next number: of two at the same moment the second counts anew."""
    for _ in range(TRIES):
        votes = votes_of(session, row.tenant_id, row.id)
        refusal = why_not(marks, voter, votes)
        if refusal is not None:
            raise (ConflictError if refusal.is_final else ForbiddenError)(refusal.text)
        vote = Vote(voter.key, said.choice, voter.name, now, said.comment, said.form)
        written = {
            "tenant_id": row.tenant_id,
            "approval_id": row.id,
            "number": len(votes) + 1,
            "voter": vote.voter,
            "by": vote.by,
            "choice": vote.choice,
            "comment": vote.comment,
            "form": dict(vote.form),
            "at": now,
        }
        if insert_new(session, ApprovalVote, written, keys=()):  # the number, and the voter
            return [*votes, vote]
    raise ConflictError("several people decide this at the moment: look again")


def _settle(
    session: Session, row: Approval, state: ApprovalState, votes: list[Vote], *, now: datetime
) -> None:
    """End the approval and its step, or see that it is still open for the next vote."""
    mine = (Approval.tenant_id == row.tenant_id, Approval.id == row.id)
    if state is ApprovalState.OPEN:
        found = session.scalar(select(Approval.state).where(*mine).with_for_update())
        _check_open(found or ApprovalState.WITHDRAWN, None, now=now)
        return
    # the step's run before the approval, in the order of those who advance the run
    went_on = waits.resolve_step(
        session,
        row.tenant_id,
        row.run_id,
        step=row.step,
        attempt=row.attempt,
        port=state.value,
        output=_output(state, votes, now=now),
        now=now,
    )
    ended = session.scalar(
        update(Approval)
        .where(*mine, Approval.state == ApprovalState.OPEN)
        .values(state=state, ended_at=now, notice_at=None)
        .returning(Approval.id)
        .execution_options(synchronize_session=False)
    )
    if not went_on or ended is None:
        raise ConflictError("the run waits for this no longer: it went on or ended without it")


def _output(state: ApprovalState, votes: list[Vote], *, now: datetime) -> dict[str, Any]:
    """Write what the step gives: the last word, and everybody's."""
    last = votes[-1]
    said_so = [last] if state is ApprovalState.REJECTED else votes
    return {
        "decision": state.value,
        "by": ", ".join(one.by for one in said_so),
        "at": format_instant(now),
        "comment": last.comment,
        "form": dict(last.form),
        "decisions": [
            {
                "decision": one.choice.value,
                "by": one.by,
                "at": format_instant(one.at or now),
                "comment": one.comment,
                "form": dict(one.form),
            }
            for one in votes
        ],
    }
