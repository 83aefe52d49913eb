"""Removing runs that are older than their tenant keeps them, with everything that hangs on them.

A run goes when it ended long enough ago, nothing that it called is under way, and neither is what
called it. Its steps go first, some at a time, so that a run of a hundred thousand steps makes no
long transaction either. A bite that is killed leaves runs with fewer steps, which the next takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session, aliased

from runtime.limits.model import Limits
from runtime.runs._tables import Run, RunState, StepRecord

RUNS_A_BITE = 100
STEPS_A_BITE = 1_000
COUNT_MAX = 100_000


def remove_runs(
    session: Session,
    tenant_id: UUID,
    limits: Limits,
    *,
    now: datetime,
    most: int = RUNS_A_BITE,
    steps_max: int = STEPS_A_BITE,
) -> tuple[int, int]:
    """Remove one bite of a tenant's old runs; give how many runs and how many of their steps.

    The session is bound to the tenant, and the transaction should end soon after.
    """
    run_ids = _next(session, tenant_id, limits, now=now, most=most)
    if not run_ids:
        return 0, 0
    steps = session.scalars(
        select(StepRecord.id)
        .where(StepRecord.tenant_id == tenant_id, StepRecord.run_id.in_(run_ids))
        .limit(steps_max)
    ).all()
    session.execute(
        delete(StepRecord)
        .where(StepRecord.tenant_id == tenant_id, StepRecord.id.in_(steps))
        .execution_options(synchronize_session=False)
    )
    if len(steps) == steps_max:
        return 0, len(steps)
    session.execute(
        delete(Run)
        .where(Run.tenant_id == tenant_id, Run.id.in_(run_ids))
        .execution_options(synchronize_session=False)
    )
    return len(run_ids), len(steps)


def count_old_runs(
    session: Session, tenant_id: UUID, limits: Limits, *, now: datetime, at_most: int = COUNT_MAX
) -> int:
    """Count the runs that these limits do not keep; no further than `at_most`."""
    found = 0
    for where in _old(tenant_id, limits, now=now):
        wanted = select(Run.id).where(where, _is_alone()).limit(at_most - found).subquery()
        found += session.scalar(select(func.count()).select_from(wanted)) or 0
    return found


def _next(
    session: Session, tenant_id: UUID, limits: Limits, *, now: datetime, most: int
) -> Sequence[UUID]:
    for where in _old(tenant_id, limits, now=now):
        found = session.scalars(
            select(Run.id)
            .where(where, _is_alone())
            .order_by(Run.started_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        ).all()
        if found:
            return found
    return ()


def _old(tenant_id: UUID, limits: Limits, *, now: datetime) -> Iterator[ColumnElement[bool]]:
    """Give the conditions of old runs, one for each index that finds them.

    What ended long ago began before that, so the indexes on the start lead to it.
    """
    kept = {
        RunState.SUCCEEDED: limits.runs_kept_days,
        RunState.CANCELLED: limits.runs_kept_days,
        RunState.FAILED: limits.failed_kept_days,
    }
    for state, days in kept.items():
        before = now - timedelta(days=days)
        yield and_(
            Run.tenant_id == tenant_id,
            Run.state == state,
            Run.started_at < before,
            Run.ended_at < before,
        )
    before = now - timedelta(days=limits.trials_kept_days)
    yield and_(
        Run.tenant_id == tenant_id, Run.is_trial, Run.started_at < before, Run.ended_at < before
    )


def _is_alone() -> ColumnElement[bool]:
    """Nothing that a run called is under way, and neither is what called it."""
    child, parent = aliased(Run), aliased(Run)
    calls = (
        select(child.id)
        .where(
            child.tenant_id == Run.tenant_id,
            child.parent_run_id == Run.id,
            child.ended_at.is_(None),
        )
        .correlate(Run)
        .exists()
    )
    is_called = (
        select(parent.id)
        .where(
            parent.tenant_id == Run.tenant_id,
            parent.id == Run.parent_run_id,
            parent.ended_at.is_(None),
        )
        .correlate(Run)
        .exists()
    )
    return and_(~calls, ~is_called)
