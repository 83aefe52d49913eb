"""What people do to runs: cancel, let go on from where it failed, run again.

A wish is written beside the run and carried out by the worker that advances it next, by the same
interpreter as everything else: steps are undone, children cancelled, waits given up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, Problem
from runtime.flows.lookup import Runnable, require_in_use, runnable
from runtime.runs._tables import Run, RunState, StepRecord, StepState
from runtime.runs.paths import outermost
from runtime.runs.pins import Pins, following
from runtime.runs.plan import compile_plan
from runtime.runs.start import Start, record_run
from runtime.runs.state import RunState as Progress
from runtime.runs.state import Status
from runtime.runs.waits import make_due
from runtime.wake import tell_pages_after_commit
from tenancy.rows import get_owned

log = structlog.get_logger(__name__)


def cancel_run(session: Session, tenant_id: UUID, run_id: UUID, *, by: str, now: datetime) -> None:
    """End a run: nothing further is started, what it did is undone where its steps say how.

    A call under way is let finish and not used. Asked for again while steps are undone, it stops
    that too.

    Raises:
        NotFoundError: no such run.
        ConflictError: it is over already.
    """
    row = get_owned(session, Run, tenant_id, run_id, name="run", lock=True)
    if row.state.is_over:
        raise ConflictError(f"this run has {_said(row.state)} already")
    reason = f"Cancelled by {by}"
    if row.held or row.parked:
        row.state, row.held, row.parked, row.ended_at = RunState.CANCELLED, False, False, now
        row.error = {"code": "run.cancelled", "message": reason}
    else:
        row.wish = {"cancel": reason}
    session.flush()
    make_due(session, tenant_id, run_id, now=now)
    _tell(session, row)
    log.info("run_cancel_asked", run_id=str(run_id), by=by)


def retry_run(  # noqa: PLR0913  which step of which run, with what
    session: Session,
    tenant_id: UUID,
    run_id: UUID,
    *,
    by: str,
    now: datetime,
    step: str | None = None,
    input: Mapping[str, Any] | None = None,  # noqa: A002  the word the whole boundary uses
) -> None:
    """Let a failed run go on: what failed is attempted anew, on the version the run has.

    `step` is the path of the failed step that gets another `input` instead of its own; it may be
    left out where one alone failed.

    Raises:
        NotFoundError: no such run.
        ConflictError: it did not fail, its steps were undone, or its version is retired.
        InvalidError: the step did not fail, or it is not clear which is meant.
    """
    row = get_owned(session, Run, tenant_id, run_id, name="run", lock=True)
    if row.state is not RunState.FAILED:
        raise ConflictError(f"this run has {_said(row.state)}: only a failed run can go on")
    state = Progress.from_document(row.progress) if row.progress is not None else Progress()
    if state.undo is not None:
        raise ConflictError("this run was undone when it failed: run it again instead")
    require_in_use(session, tenant_id, row.version_id)
    inputs = {} if input is None else {_failed_step(state, step): dict(input)}
    row.state, row.ended_at, row.error = RunState.QUEUED, None, None
    row.wish = {"retry": inputs}
    session.flush()
    make_due(session, tenant_id, run_id, now=now)
    _tell(session, row)
    log.info("run_retried", run_id=str(run_id), by=by)


def rerun(
    session: Session,
    tenant_id: UUID,
    run_id: UUID,
    *,
    by: str,
    now: datetime,
    from_step: str | None = None,
) -> UUID:
    """Start a new run of the same version with what started this one.

    With `from_step`, the id of a step in no loop's body, it begins there: steps that do not come
    after it keep what they gave, those that were undone are performed again.

    Raises:
        NotFoundError: no such run.
        ConflictError: the step was not reached, the workflow skips runs at present, or the
            version is retired.
    """
    row = get_owned(session, Run, tenant_id, run_id, name="run")
    require_in_use(session, tenant_id, row.version_id)
    version = runnable(session, tenant_id, row.flow_id, row.version_id)
    pins = row.pins if (row.pins or {}).get("only") else None  # a step tried alone stays alone
    if from_step is not None:
        pins = _kept_before(session, row, version, from_step).to_document()
    start = Start(
        trigger=dict(row.trigger),
        trigger_id=row.trigger_id,
        subject=row.subject,
        started_by=by,
    )
    parts = {
        "rerun_of": row.id,
        "is_trial": row.is_trial,
        "allows_effects": row.allows_effects,
        "pins": pins,
    }
    started = record_run(session, tenant_id, version, start, now=now, parts=parts)
    if started is None:
        raise ConflictError("the workflow skips new runs while others are under way: wait for them")
    return started


def _kept_before(session: Session, row: Run, version: Runnable, from_step: str) -> Pins:
    """Pin what the steps gave that do not come after `from_step` and were not undone."""
    plan = compile_plan(version.flow)
    state = Progress.from_document(row.progress) if row.progress is not None else Progress()
    if from_step not in plan.steps or from_step not in state.scopes[""]:
        raise ConflictError(f"{from_step} was not reached in this run: begin at a step that was")
    undone = state.undo.undone if state.undo is not None else ()
    again = {from_step, *following(plan, from_step), *(outermost(path) for path in undone)}
    ended = {
        id_: one
        for id_, one in state.scopes[""].items()
        if one.status is Status.DONE and id_ not in again
    }
    variables = _variables_set_by(session, row, ended)
    return Pins(
        steps={
            id_: {"port": one.port, "output": one.output, "variables": variables.get(id_, {})}
            for id_, one in ended.items()
        }
    )


def _variables_set_by(
    session: Session, row: Run, steps: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Give by step the variables it set, those set within a loop with the loop."""
    found: dict[str, dict[str, Any]] = {}
    records = session.execute(
        select(StepRecord.step, StepRecord.variables)
        .where(
            StepRecord.tenant_id == row.tenant_id,
            StepRecord.run_id == row.id,
            StepRecord.state == StepState.SUCCEEDED,
            StepRecord.variables.is_not(None),
        )
        .order_by(StepRecord.ended_at, StepRecord.id)
    )
    for path, variables in records:
        if outermost(path) in steps:
            found.setdefault(outermost(path), {}).update(variables or {})
    return found


def _failed_step(state: Progress, step: str | None) -> str:
    failed = [path for path, one in state.every_step() if one.status is Status.FAILED]
    if step is None and len(failed) == 1:
        return failed[0]
    if step not in failed:
        known = ", ".join(failed) or "none"
        problem = Problem("/step", f"step: choose one that failed ({known})")
        raise InvalidError("say which failed step is to get the input", problems=[problem])
    return step


def _said(state: RunState) -> str:
    return {"queued": "not begun", "waiting": "not ended", "running": "not ended"}.get(
        state.value, state.value
    )


def _tell(session: Session, row: Run) -> None:
    facts = {"id": str(row.id), "state": row.state.value}
    tell_pages_after_commit(session, row.tenant_id, "runs", facts)
