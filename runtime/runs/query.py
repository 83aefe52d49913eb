"""Runs as people see them: lists with filters, one run with its steps, counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from kernel.clock import parse_instant
from kernel.errors import ConflictError, NotFoundError
from runtime.flows.versions import FlowVersionView, flow_names, get_version
from runtime.runs._tables import Run, RunState, StepRecord, StepState
from runtime.wake import tell_pages_after_commit
from tenancy.rows import get_owned


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One run as others see it."""

    id: UUID
    flow_id: UUID
    flow_name: str
    version_id: UUID
    state: RunState
    trigger_kind: str
    trigger: Mapping[str, Any]
    subject: str
    started_by: str
    is_trial: bool
    error: Mapping[str, Any] | None
    started_at: datetime
    ended_at: datetime | None
    due_at: datetime | None

    @property
    def duration(self) -> timedelta | None:
        """How long it took; None while it goes on."""
        return self.ended_at - self.started_at if self.ended_at is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One attempt of one step as others see it."""

    step: str
    attempt: int
    block: str
    state: StepState
    config: Any
    input: Any
    output: Any
    port: str | None
    error: Mapping[str, Any] | None
    logs: list[dict[str, str]]
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    wait_until: datetime | None

    @property
    def duration_ms(self) -> float | None:
        """How long the attempt took in milliseconds; None before it ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds() * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs to list; `q` finds what started them. Trials are left out unless asked for."""

    state: str = ""
    q: str = ""
    flow_id: UUID | None = None
    with_trials: bool = False
    alarm_id: UUID | None = None


def list_runs(
    session: Session,
    tenant_id: UUID,
    wanted: RunFilter,
    *,
    limit: int = 50,
    after: list[str] | None = None,
) -> list[RunView]:
    """List runs, newest first; `after` is the instant and id the page before ended at."""
    query = select(Run).where(Run.tenant_id == tenant_id)
    if wanted.state:
        query = query.where(Run.state == RunState(wanted.state))
    if wanted.flow_id is not None:
        query = query.where(Run.flow_id == wanted.flow_id)
    if not wanted.with_trials:
        query = query.where(Run.is_trial.is_(False))
    if wanted.q:
        query = query.where(Run.subject.icontains(wanted.q, autoescape=True))
    if wanted.alarm_id is not None:
        query = query.where(Run.trigger["alarm"]["id"].as_string() == str(wanted.alarm_id))
    if after is not None:
        at, last_id = parse_instant(after[0]), UUID(after[1])
        query = query.where(or_(Run.started_at < at, and_(Run.started_at == at, Run.id < last_id)))
    rows = session.scalars(query.order_by(Run.started_at.desc(), Run.id.desc()).limit(limit)).all()
    names = flow_names(session, tenant_id, {row.flow_id for row in rows})
    return [_view(row, names.get(row.flow_id, "")) for row in rows]


def place_of(run: RunView) -> list[str]:
    """Give where a page that ends with this run ended, for `after`."""
    return [run.started_at.isoformat(), str(run.id)]


def get_run(session: Session, tenant_id: UUID, run_id: UUID) -> RunView:
    """Give one run; raises NotFoundError."""
    row = get_owned(session, Run, tenant_id, run_id, name="run")
    return _view(row, flow_names(session, tenant_id, {row.flow_id}).get(row.flow_id, ""))


def run_of_key(session: Session, tenant_id: UUID, dedup_key: str | None) -> UUID:
    """Give the run that was started with a key; raises NotFoundError."""
    known = select(Run.id).where(Run.tenant_id == tenant_id, Run.dedup_key == dedup_key)
    found = session.scalar(known)
    if found is None:
        raise NotFoundError("no run was started with this key")
    return found


def version_of(session: Session, tenant_id: UUID, run: RunView) -> FlowVersionView:
    """Give the workflow version a run is pinned to."""
    return get_version(session, tenant_id, run.version_id)


def steps_of(session: Session, tenant_id: UUID, run_id: UUID) -> list[StepView]:
    """List a run's attempts in the order they were queued."""
    rows = session.scalars(
        select(StepRecord)
        .where(StepRecord.run_id == run_id, StepRecord.tenant_id == tenant_id)
        .order_by(StepRecord.id)
    )
    return [_step_view(row) for row in rows]


def count_runs(session: Session, tenant_id: UUID, *, since: datetime) -> dict[RunState, int]:
    """Count the runs started since an instant by state; every state is there."""
    rows = session.execute(
        select(Run.state, func.count(Run.id))
        .where(Run.tenant_id == tenant_id, Run.started_at >= since, Run.is_trial.is_(False))
        .group_by(Run.state)
    )
    found: dict[RunState, int] = {row[0]: row[1] for row in rows}
    return {state: found.get(state, 0) for state in RunState}


def cancel_run(
    session: Session, tenant_id: UUID, run_id: UUID, *, by: str, now: datetime
) -> RunView:
    """End a run: nothing further is started; a call under way is let finish and not used.

    Raises:
        NotFoundError: no such run.
        ConflictError: it is over already.
    """
    row = get_owned(session, Run, tenant_id, run_id, name="run", lock=True)
    if row.state.is_over:
        raise ConflictError(f"this run has {row.state.value} already")
    row.state, row.due_at, row.ended_at = RunState.CANCELLED, None, now
    row.error = {"code": "run.cancelled", "message": f"Cancelled by {by}"}
    open_states = (StepState.QUEUED, StepState.WAITING)
    for record in session.scalars(
        select(StepRecord).where(StepRecord.run_id == run_id, StepRecord.state.in_(open_states))
    ):
        record.state, record.due_at = StepState.CANCELLED, None
    session.flush()
    tell_pages_after_commit(session, tenant_id, "runs", {"id": str(run_id), "state": "cancelled"})
    return get_run(session, tenant_id, run_id)


def has_due_runs(session: Session, *, now: datetime) -> bool:
    """Tell whether a run in reach wants to be advanced."""
    due = select(Run.id).where(Run.due_at <= now).limit(1)
    return session.scalar(due) is not None


def has_due_steps(session: Session, *, now: datetime) -> bool:
    """Tell whether a step in reach wants to be performed."""
    due = select(StepRecord.id).where(StepRecord.due_at <= now).limit(1)
    return session.scalar(due) is not None


def _view(row: Run, flow_name: str) -> RunView:
    return RunView(
        id=row.id,
        flow_id=row.flow_id,
        flow_name=flow_name,
        version_id=row.version_id,
        state=row.state,
        trigger_kind=row.trigger_kind,
        trigger=row.trigger,
        subject=row.subject,
        started_by=row.started_by,
        is_trial=row.is_trial,
        error=row.error,
        started_at=row.started_at,
        ended_at=row.ended_at,
        due_at=row.due_at,
    )


def _step_view(row: StepRecord) -> StepView:
    return StepView(
        step=row.step,
        attempt=row.attempt,
        block=row.block,
        state=row.state,
        config=row.config,
        input=row.input,
        output=row.output,
        port=row.port,
        error=row.error,
        logs=row.logs or [],
        queued_at=row.queued_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        wait_until=row.wait_until,
    )
