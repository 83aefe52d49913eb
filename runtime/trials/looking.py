"""What is looked at of a run on the canvas: a step's last attempt, its pins, the runs beside it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from runtime.runs._shown import RunView, StepView, step_view
from runtime.runs._tables import Run, StepRecord
from runtime.runs.pins import Pins, read_pins


def last_attempt(session: Session, tenant_id: UUID, run_id: UUID, step: str) -> StepView | None:
    """Give the last attempt of a step, in whichever round of a loop; None before it was begun."""
    inside = StepRecord.step.endswith(f".{step}", autoescape=True)
    row = session.scalar(
        select(StepRecord)
        .where(
            StepRecord.tenant_id == tenant_id,
            StepRecord.run_id == run_id,
            or_(StepRecord.step == step, inside),
        )
        .order_by(StepRecord.queued_at.desc(), StepRecord.id.desc())
        .limit(1)
    )
    return step_view(row) if row is not None else None


def beside(session: Session, tenant_id: UUID, run: RunView) -> tuple[UUID | None, UUID | None]:
    """Give the workflow's run before one and the one after it."""
    mine = select(Run.id).where(Run.tenant_id == tenant_id, Run.flow_id == run.flow_id)
    place, at = (Run.started_at, Run.id), (run.started_at, run.id)
    earlier = or_(place[0] < at[0], (place[0] == at[0]) & (place[1] < at[1]))
    later = or_(place[0] > at[0], (place[0] == at[0]) & (place[1] > at[1]))
    before = mine.where(earlier).order_by(place[0].desc(), place[1].desc()).limit(1)
    after = mine.where(later).order_by(*place).limit(1)
    return session.scalar(before), session.scalar(after)


def pins_of(session: Session, tenant_id: UUID, run_id: UUID) -> Pins:
    """Give what a run need not do; all of it where it was started whole, or is not there."""
    query = select(Run.pins).where(Run.tenant_id == tenant_id, Run.id == run_id)
    return read_pins(session.scalar(query))
