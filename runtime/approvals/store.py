"""What workflows ask: opened when a step asks, closed when it waits no longer.

`deciding` has what people then do. Both are called within the transaction of their cause.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from blocks.outcomes import Ask
from kernel.ids import new_id
from runtime.approvals._reading import (
    STATES,
    ApprovalFilter,
    ApprovalView,
    approvals_of_run,
    count_mine,
    get_approval,
    list_approvals,
    place_of,
    voter_of,
)
from runtime.approvals._tables import Approval, ApprovalRight
from runtime.approvals.model import ApprovalState, bars_of, check_ask, rights_of
from runtime.wake import tell_pages_after_commit
from tenancy.members import list_members
from tenancy.tokens import NAME_PREFIX, list_tokens

__all__ = [
    "STATES",
    "ApprovalFilter",
    "ApprovalView",
    "approvals_of_run",
    "close_approvals",
    "count_mine",
    "find_approval",
    "get_approval",
    "list_approvals",
    "open_approval",
    "place_of",
    "tell_approval",
    "voter_of",
]

log = structlog.get_logger(__name__)


def open_approval(  # noqa: PLR0913  which attempt of which step asks, and what
    session: Session,
    tenant_id: UUID,
    *,
    run_id: UUID,
    step: str,
    attempt: int,
    flow_name: str,
    started_by: str,
    subject: str,
    ask: Ask,
    now: datetime,
) -> UUID:
    """Ask people on behalf of a step; the first notice is due at once.

    Raises:
        InvalidError: what is asked could never be decided.
    """
    check_ask(ask)
    approval_id = new_id()
    session.add(
        Approval(
            id=approval_id,
            tenant_id=tenant_id,
            run_id=run_id,
            step=step,
            attempt=attempt,
            flow_name=flow_name,
            started_by=started_by,
            subject=subject,
            title=" ".join(ask.title.split()),
            text=ask.text,
            needed=ask.needed,
            excludes_starter=ask.excludes_starter,
            form=dict(ask.form),
            state=ApprovalState.OPEN,
            opened_at=now,
            until=ask.until,
            timeout_port=ask.timeout_port,
            remind_every_s=ask.remind_every_s,
            notice_at=now,
        )
    )
    session.flush()  # its marks refer to it
    bars = _bars(session, tenant_id, started_by) if ask.excludes_starter else frozenset()
    for who in sorted(rights_of(ask) | bars):
        session.add(ApprovalRight(tenant_id=tenant_id, approval_id=approval_id, who=who))
    session.flush()
    tell_approval(session, tenant_id, approval_id, ApprovalState.OPEN)
    log.info("approval_opened", approval_id=str(approval_id), run_id=str(run_id), step=step)
    return approval_id


def find_approval(
    session: Session, tenant_id: UUID, run_id: UUID, *, step: str, attempt: int
) -> UUID | None:
    """Find what an attempt of a step asks people; None when it asks nothing."""
    return session.scalar(
        select(Approval.id).where(
            Approval.tenant_id == tenant_id,
            Approval.run_id == run_id,
            Approval.step == step,
            Approval.attempt == attempt,
        )
    )


def close_approvals(
    session: Session,
    tenant_id: UUID,
    run_id: UUID,
    *,
    now: datetime,
    steps: Collection[str] | None = None,
) -> None:
    """End what a run asks, because its steps wait no longer; `steps` None ends all of it."""
    wanted = [
        Approval.tenant_id == tenant_id,
        Approval.run_id == run_id,
        Approval.state == ApprovalState.OPEN,
    ]
    if steps is not None:
        wanted.append(Approval.step.in_(list(steps)))
    in_time = or_(Approval.until.is_(None), Approval.until > now)
    for state, fits in (
        (ApprovalState.WITHDRAWN, in_time),
        (ApprovalState.TIMED_OUT, Approval.until <= now),
    ):
        closed = session.scalars(
            update(Approval)
            .where(*wanted, fits)
            .values(state=state, ended_at=now, notice_at=None)
            .returning(Approval.id)
            .execution_options(synchronize_session=False)
        ).all()
        for approval_id in closed:
            tell_approval(session, tenant_id, approval_id, state)
            log.info("approval_closed", approval_id=str(approval_id), state=state.value)


def _bars(session: Session, tenant_id: UUID, started_by: str) -> frozenset[str]:
    """Find who is behind the name that a run was started by, be it a person's or a token's."""
    people = [one.person_id for one in list_members(session, tenant_id) if one.name == started_by]
    makers = [
        one.created_by
        for one in list_tokens(session, tenant_id)
        if NAME_PREFIX + one.name == started_by
    ]
    return bars_of(started_by, [*people, *makers])


def tell_approval(
    session: Session, tenant_id: UUID, approval_id: UUID, state: ApprovalState
) -> None:
    """Let open pages show how an approval stands once this transaction is durable."""
    facts = {"id": str(approval_id), "state": state.value}
    tell_pages_after_commit(session, tenant_id, "approvals", facts)
