"""Ending a run that cannot be carried on, however broken it is.

The last resort: neither its version nor its state needs to be readable. What it waits for, what
it queued and what it called are ended in the database; nothing of it is undone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from kernel.errors import GarlandError
from runtime.approvals.store import close_approvals
from runtime.runs._rows import RunRow, write_runs
from runtime.runs._tables import EventWait, Run, RunState, StepRecord, StepState
from runtime.runs.children import report
from runtime.runs.waits import OVER
from tenancy.scope import as_tenant

log = structlog.get_logger(__name__)

_UNDER_WAY = (StepState.QUEUED, StepState.RUNNING, StepState.WAITING)


def facts_of_fault(run: RunRow, error: Exception) -> dict[str, Any]:
    """Say what people are told of a fault; the log has the rest."""
    log.error("run_crashed", run_id=str(run.id), exc_info=error)
    if isinstance(error, GarlandError):
        return {"code": error.code, "message": error.message}
    message = "This run could not be advanced because of a fault of ours."
    return {"code": "core.fault", "message": message}


def killing(run: RunRow) -> dict[str, Any]:
    """Say what people are told of a run that kills the processes that advance it."""
    log.error("run_kills_worker", run_id=str(run.id))
    message = (
        "Workers died each time they advanced this run alone: one of its next steps takes all "
        "memory, or crashes. Their log and the system's say more."
    )
    return {"code": "run.kills_worker", "message": message}


def give_up(session: Session, run: RunRow, error: dict[str, Any], *, now: datetime) -> None:
    """Fail a run as it lies; call it in system scope."""
    run.state, run.error, run.ended_at = RunState.FAILED, error, now
    run.due_at = run.wish = None
    write_runs(session, [run])
    with as_tenant(session, run.tenant_id):
        _end_what_is_under_way(session, run, now=now)
        report(session, run, name="The workflow", now=now)


def _end_what_is_under_way(session: Session, run: RunRow, *, now: datetime) -> None:
    mine = {"tenant_id": run.tenant_id, "run_id": run.id}
    for statement in (
        update(StepRecord)
        .filter_by(**mine)
        .where(StepRecord.state.in_(_UNDER_WAY))
        .values(
            state=StepState.CANCELLED,
            withheld=None,
            due_at=None,
            ended_at=now,
            is_unread=False,
        ),
        delete(EventWait).filter_by(**mine),
        update(Run)
        .filter_by(tenant_id=run.tenant_id, parent_run_id=run.id)
        .where(Run.state.not_in(OVER))
        .values(wish={"cancel": "The workflow that called this one failed"}, due_at=now),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    close_approvals(session, run.tenant_id, run.id, now=now)
