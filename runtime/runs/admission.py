"""How many runs of a workflow may be under way: letting in, holding back, letting go on.

Decided under a lock on the workflow, so that two starts at the same moment never both find room.
Runs started by other workflows' steps and trials are not counted: their callers wait for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from kernel.ids import sha256_of
from runtime.expressions.evaluating import evaluate_template
from runtime.flows.lookup import lock_flow
from runtime.flows.model import Concurrency
from runtime.runs._tables import Run, RunState
from runtime.wake import wake_after_commit

KEY_MAX = 200
REPLACED = "Replaced by a newer run of this workflow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What becomes of a start: a run at once, a run that waits for its turn, or none."""

    key: str = ""
    is_held: bool = False
    is_skipped: bool = False


class Turn(NamedTuple):
    """Where a run may have ended: of which workflow and value of its key, and its limit."""

    tenant_id: UUID
    flow_id: UUID
    key: str
    most: int


def admit(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    concurrency: Concurrency,
    trigger: Mapping[str, Any],
    *,
    now: datetime,
) -> Admission:
    """Decide on a start by the workflow's own limit.

    Raises:
        ExpressionError: the limit's key gives no value for this trigger.
    """
    if concurrency.policy == "allow":
        return Admission()
    key = _key_of(concurrency, trigger)
    lock_flow(session, tenant_id, flow_id)
    same = _same(tenant_id, flow_id, key)
    waits = session.scalar(select(Run.id).where(*same, Run.held).limit(1)) is not None
    if not waits and _under_way(session, same) < concurrency.most:
        return Admission(key=key)
    if concurrency.policy == "skip":
        return Admission(key=key, is_skipped=True)
    if concurrency.policy == "replace":
        _cancel_all(session, same, now=now)
    return Admission(key=key, is_held=True)


def let_go_on(
    session: Session, tenant_id: UUID, flow_id: UUID, key: str, most: int, *, now: datetime
) -> int:
    """Start the runs that wait longest, as many as there is room for; give how many.

    Call it in a transaction of its own: a start that replaces a run locks the workflow first and
    then the run, and whoever ended a run holds that lock already.
    """
    same = _same(tenant_id, flow_id, key)
    lock_flow(session, tenant_id, flow_id)
    room = most - _under_way(session, same)
    if room <= 0:
        return 0
    first = select(Run.id).where(*same, Run.held).order_by(Run.started_at, Run.id).limit(room)
    chosen = session.scalars(first).all()
    session.execute(
        update(Run)
        .where(Run.id.in_(chosen), Run.tenant_id == tenant_id)
        .values(held=False, due_at=now)
        .execution_options(synchronize_session=False)
    )
    wake_after_commit(session, "runs")
    return len(chosen)


def stuck_turns(session: Session) -> list[Turn]:
    """List whose runs wait for a turn though none is under way; in system scope.

    A process that died between the end of a run and the next one's turn leaves such; and so does a
    limit published while runs of a version without one were under way.
    """
    columns = (Run.tenant_id, Run.flow_id, Run.concurrency_key)
    waiting = select(*columns).where(Run.held).distinct().subquery()
    under_way = select(Run.id).where(
        *_same(waiting.c.tenant_id, waiting.c.flow_id, waiting.c.concurrency_key),
        Run.held.is_(False),
    )
    found = session.execute(select(waiting).where(~under_way.exists()))
    return [Turn(tenant_id, flow_id, key, 1) for tenant_id, flow_id, key in found]


def _key_of(concurrency: Concurrency, trigger: Mapping[str, Any]) -> str:
    if not concurrency.key:
        return ""
    key = str(evaluate_template(concurrency.key, {"trigger": trigger}))
    return key if len(key) <= KEY_MAX else sha256_of(key)


def _same(tenant_id: Any, flow_id: Any, key: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        Run.tenant_id == tenant_id,
        Run.flow_id == flow_id,
        Run.concurrency_key == key,
        Run.ended_at.is_(None),
        Run.is_trial.is_(False),
        Run.parent_run_id.is_(None),
    )


def _under_way(session: Session, same: tuple[ColumnElement[bool], ...]) -> int:
    counted = select(func.count(Run.id)).where(*same, Run.held.is_(False))
    return session.scalar(counted) or 0


def _cancel_all(session: Session, same: tuple[ColumnElement[bool], ...], *, now: datetime) -> None:
    """Cancel what runs, and end at once what only waited for its turn."""
    error = {"code": "run.cancelled", "message": REPLACED}
    session.execute(
        update(Run)
        .where(*same, or_(Run.held, Run.parked))
        .values(state=RunState.CANCELLED, held=False, parked=False, ended_at=now, error=error)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Run)
        .where(*same, Run.held.is_(False))
        .values(wish={"cancel": REPLACED}, due_at=now)
        .execution_options(synchronize_session=False)
    )
    wake_after_commit(session, "runs")
