"""Runs as people see them: one run, its steps, what they wait for; lists are in `listing`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.cursors import read_place
from kernel.errors import NotFoundError
from runtime.flows.versions import FlowVersionView, flow_names, get_version
from runtime.runs._shown import RUN_COLUMNS, RunView, StepView, run_view, step_view
from runtime.runs._tables import EventWait, Run, StepRecord
from runtime.runs.lanes import Attempt
from runtime.runs.listing import RunFilter, count_runs, list_runs, place_of

__all__ = [
    "RunFilter",
    "RunView",
    "StepView",
    "WaitView",
    "attempts_of",
    "children_of",
    "count_runs",
    "find_run",
    "find_step",
    "get_run",
    "has_due_runs",
    "has_due_steps",
    "list_runs",
    "list_steps",
    "output_of",
    "place_of",
    "place_of_step",
    "progress_of",
    "run_of_key",
    "stamp_of",
    "steps_of",
    "version_of",
    "wait_of",
]

ATTEMPTS_MAX = 20_000
CHILDREN_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitView:
    """What an attempt waits for: an alarm, an alarm's end or a call from outside."""

    kind: str
    key: str
    match: dict[str, Any] | None
    since: datetime


def get_run(session: Session, tenant_id: UUID, run_id: UUID) -> RunView:
    """Give one run; raises NotFoundError."""
    found = find_run(session, tenant_id, run_id)
    if found is None:
        raise NotFoundError("no such run", id=str(run_id))
    return found


def find_run(session: Session, tenant_id: UUID, run_id: UUID) -> RunView | None:
    """Give one run, or None."""
    query = select(*RUN_COLUMNS).where(Run.tenant_id == tenant_id, Run.id == run_id)
    row = session.execute(query).first()
    if row is None:
        return None
    return run_view(row, flow_names(session, tenant_id, {row.flow_id}).get(row.flow_id, ""))


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


def progress_of(session: Session, tenant_id: UUID, run_id: UUID) -> dict[str, Any]:
    """Give what the interpreter remembers of a run; {} before it began, or when it is gone."""
    query = select(Run.progress).where(Run.tenant_id == tenant_id, Run.id == run_id)
    return session.scalar(query) or {}


def output_of(session: Session, tenant_id: UUID, run_id: UUID) -> Any:
    """Give what a run came to, where a step said so."""
    return session.scalar(select(Run.output).where(Run.tenant_id == tenant_id, Run.id == run_id))


def children_of(session: Session, tenant_id: UUID, run_id: UUID) -> list[RunView]:
    """List the runs that steps of a run called, in the order they started."""
    rows = session.execute(
        select(*RUN_COLUMNS)
        .where(Run.tenant_id == tenant_id, Run.parent_run_id == run_id)
        .order_by(Run.started_at, Run.id)
        .limit(CHILDREN_MAX)
    ).all()
    names = flow_names(session, tenant_id, {row.flow_id for row in rows})
    return [run_view(row, names.get(row.flow_id, "")) for row in rows]


def stamp_of(session: Session, tenant_id: UUID, run: RunView) -> str:
    """Give a text that changes whenever something of a run does."""
    counted = select(
        func.count(StepRecord.id),
        func.max(StepRecord.queued_at),
        func.max(StepRecord.started_at),
        func.max(StepRecord.ended_at),
        func.max(StepRecord.progress_at),
    ).where(StepRecord.tenant_id == tenant_id, StepRecord.run_id == run.id)
    count, *instants = session.execute(counted).one()
    called = [one.shown_state for one in children_of(session, tenant_id, run.id)]
    seconds = [f"{at.timestamp():.6f}" if at is not None else "" for at in instants]
    return "-".join((run.shown_state, str(count), *seconds, *called))


def attempts_of(session: Session, tenant_id: UUID, run_id: UUID) -> list[Attempt]:
    """List a run's attempts without what went in and came out, at most ATTEMPTS_MAX."""
    rows = session.execute(
        select(
            StepRecord.step,
            StepRecord.attempt,
            StepRecord.state,
            StepRecord.port,
            StepRecord.queued_at,
            StepRecord.started_at,
            StepRecord.ended_at,
            StepRecord.wait_until,
        )
        .where(StepRecord.tenant_id == tenant_id, StepRecord.run_id == run_id)
        .order_by(StepRecord.id)
        .limit(ATTEMPTS_MAX)
    )
    return [Attempt(*row) for row in rows]


def steps_of(session: Session, tenant_id: UUID, run_id: UUID) -> list[StepView]:
    """List a run's attempts in the order they were queued."""
    return list_steps(session, tenant_id, run_id, limit=ATTEMPTS_MAX)


def list_steps(
    session: Session,
    tenant_id: UUID,
    run_id: UUID,
    *,
    limit: int,
    after: Sequence[str] | None = None,
) -> list[StepView]:
    """List a page of a run's attempts in the order they were queued; `after` is a place."""
    query = select(StepRecord).where(StepRecord.run_id == run_id, StepRecord.tenant_id == tenant_id)
    if after is not None:
        query = query.where(StepRecord.id > read_place(after, UUID)[0])
    return [step_view(row) for row in session.scalars(query.order_by(StepRecord.id).limit(limit))]


def place_of_step(step: StepView) -> list[str]:
    """Give where a page that ends with this attempt ended."""
    return [str(step.id)]


def find_step(
    session: Session, tenant_id: UUID, run_id: UUID, step: str, attempt: int | None = None
) -> StepView | None:
    """Give an attempt of a step, the last one unless told which; None before it was begun."""
    query = select(StepRecord).where(
        StepRecord.tenant_id == tenant_id, StepRecord.run_id == run_id, StepRecord.step == step
    )
    if attempt is not None:
        query = query.where(StepRecord.attempt == attempt)
    row = session.scalar(query.order_by(StepRecord.attempt.desc()).limit(1))
    return step_view(row) if row is not None else None


def wait_of(session: Session, tenant_id: UUID, run_id: UUID, step: StepView) -> WaitView | None:
    """Give the event an attempt waits for; None where it waits for none."""
    row = session.scalar(
        select(EventWait).where(
            EventWait.tenant_id == tenant_id,
            EventWait.run_id == run_id,
            EventWait.step == step.step,
            EventWait.attempt == step.attempt,
        )
    )
    if row is None:
        return None
    return WaitView(kind=row.kind, key=row.key, match=row.match, since=row.since)


def has_due_runs(session: Session, *, now: datetime) -> bool:
    """Tell whether a run in reach wants to be advanced."""
    due = select(Run.id).where(Run.due_at <= now).limit(1)
    return session.scalar(due) is not None


def has_due_steps(session: Session, *, now: datetime) -> bool:
    """Tell whether a step in reach wants to be performed."""
    due = select(StepRecord.id).where(StepRecord.due_at <= now).limit(1)
    return session.scalar(due) is not None
