"""Steps that wait for something: noting what for, and ending the wait when it happens.

Whoever ends a wait writes the step's record and makes its run due; the run takes the result when
it is advanced next. A wait that ended already (its time was up, its run is over) is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from runtime.runs._tables import EventWait, Run, RunState, StepRecord, StepState
from runtime.wake import wake_after_commit

OVER = (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmWait:
    """A step that waits for an alarm; `match` has the conditions of a rule."""

    id: UUID
    match: Mapping[str, Any]
    since: datetime


def resolve_step(  # noqa: PLR0913  which attempt of which step, and how it ends
    session: Session,
    tenant_id: UUID,
    run_id: UUID,
    *,
    step: str,
    attempt: int,
    port: str,
    output: Any,
    now: datetime,
) -> bool:
    """End a waiting step by a port; False when it waits no longer."""
    ended = {"state": StepState.SUCCEEDED, "port": port, "output": output}
    return _end(session, tenant_id, run_id, step=step, attempt=attempt, ended=ended, now=now)


def fail_step(  # noqa: PLR0913  as above
    session: Session,
    tenant_id: UUID,
    run_id: UUID,
    *,
    step: str,
    attempt: int,
    error: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Let a waiting step fail; False when it waits no longer."""
    ended = {"state": StepState.FAILED, "error": dict(error)}
    return _end(session, tenant_id, run_id, step=step, attempt=attempt, ended=ended, now=now)


def resolve_events(
    session: Session, tenant_id: UUID, kind: str, key: str, output: Any, *, now: datetime
) -> list[UUID]:
    """End every wait of the tenant for an event; give the runs that go on."""
    waits = session.scalars(
        select(EventWait.id)
        .where(EventWait.tenant_id == tenant_id, EventWait.kind == kind, EventWait.key == key)
        .order_by(EventWait.run_id)
    ).all()
    runs = [_resolve(session, tenant_id, wait_id, output, now=now) for wait_id in waits]
    return [run_id for run_id in runs if run_id is not None]


def resolve_wait(
    session: Session, tenant_id: UUID, wait_id: UUID, output: Any, *, now: datetime
) -> bool:
    """End one wait; False when it has ended already."""
    return _resolve(session, tenant_id, wait_id, output, now=now) is not None


def alarm_waits(session: Session, tenant_id: UUID) -> list[AlarmWait]:
    """List what the tenant's steps wait for among alarms, longest waiting first."""
    rows = session.execute(
        select(EventWait.id, EventWait.match, EventWait.since)
        .where(EventWait.tenant_id == tenant_id, EventWait.kind == "alarm", EventWait.key == "")
        .order_by(EventWait.since)
    )
    return [AlarmWait(id=row.id, match=row.match or {}, since=row.since) for row in rows]


def waits_for_alarms(session: Session, tenant_id: UUID) -> set[str]:
    """Tell which kinds of alarm events the tenant's steps wait for: usually none."""
    kinds = select(EventWait.kind).where(
        EventWait.tenant_id == tenant_id, EventWait.kind.in_(("alarm", "alarm-cleared"))
    )
    return set(session.scalars(kinds.distinct()))


def forget_waits(session: Session, tenant_id: UUID, run_id: UUID, step: str) -> None:
    """Drop what an abandoned step waited for."""
    session.execute(
        delete(EventWait)
        .where(EventWait.tenant_id == tenant_id, EventWait.run_id == run_id, EventWait.step == step)
        .execution_options(synchronize_session=False)
    )


def _resolve(
    session: Session, tenant_id: UUID, wait_id: UUID, output: Any, *, now: datetime
) -> UUID | None:
    columns = (EventWait.run_id, EventWait.step, EventWait.attempt, EventWait.port)
    mine = (EventWait.tenant_id == tenant_id, EventWait.id == wait_id)
    found = session.execute(select(*columns).where(*mine)).first()
    if found is None:
        return None
    run_id, step, attempt, port = found
    _lock_run(session, tenant_id, run_id)
    if session.scalar(delete(EventWait).where(*mine).returning(EventWait.id)) is None:
        return None
    done = resolve_step(
        session,
        tenant_id,
        run_id,
        step=step,
        attempt=attempt,
        port=port,
        output=output,
        now=now,
    )
    return run_id if done else None


def _end(  # noqa: PLR0913  as above
    session: Session,
    tenant_id: UUID,
    run_id: UUID,
    *,
    step: str,
    attempt: int,
    ended: Mapping[str, Any],
    now: datetime,
) -> bool:
    _lock_run(session, tenant_id, run_id)
    changed = session.execute(
        update(StepRecord)
        .where(
            StepRecord.tenant_id == tenant_id,
            StepRecord.run_id == run_id,
            StepRecord.step == step,
            StepRecord.attempt == attempt,
            StepRecord.state == StepState.WAITING,
        )
        .values(**ended, ended_at=now, is_unread=True)
        .returning(StepRecord.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not changed:
        return False
    make_due(session, tenant_id, run_id, now=now)
    return True


def _lock_run(session: Session, tenant_id: UUID, run_id: UUID) -> None:
    """Lock a run first, as those do who advance it: else the two could wait for each other."""
    session.execute(
        select(Run.id).where(Run.tenant_id == tenant_id, Run.id == run_id).with_for_update()
    )


def make_due(session: Session, tenant_id: UUID, run_id: UUID, *, now: datetime) -> None:
    """Let a worker look at a run as soon as it can, unless the run is over."""
    session.execute(
        update(Run)
        .where(Run.tenant_id == tenant_id, Run.id == run_id, Run.state.not_in(OVER))
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )
    wake_after_commit(session, "runs")
