"""Runs started by a step of another run: how they begin, report back and are cancelled with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from blocks.kinds.composite import CARRIED
from blocks.outcomes import Call
from kernel import trace
from kernel.errors import NotFoundError
from runtime.flows.lookup import Runnable, find_flow_id, find_version, runnable, startable
from runtime.flows.model import Step
from runtime.runs._rows import RecordRow, RunRow
from runtime.runs._tables import Run, RunState
from runtime.runs.blobs import note_use, references_in
from runtime.runs.derived import carried
from runtime.runs.not_started import NotStartedError
from runtime.runs.paths import split
from runtime.runs.plan import UNDO
from runtime.runs.simulating import is_dry
from runtime.runs.spans import context_of
from runtime.runs.start import Parent, Start, record_run
from runtime.runs.state import RunState as RunProgress
from runtime.runs.state import Status
from runtime.runs.waits import OVER, fail_step, resolve_step
from runtime.wake import wake_after_commit

DEPTH_MAX = 10
AS_BLOCK = "as_block"
"""In a trigger: the workflow is carried by a block, whose ways out are its ends."""
PLACES = "connections"
"""Beside it: by place, the connection that the block's step names."""


def start_child(
    session: Session, parent: RunRow, record: RecordRow, call: Call, *, now: datetime
) -> None:
    """Start the workflow a step calls; the step waits for its end.

    Raises:
        NotFoundError: no such workflow or version in this tenant.
        NotStartedError: it is not published, or the calls go too deep.
    """
    if parent.depth >= DEPTH_MAX:
        raise NotStartedError(
            f"workflows call each other over {DEPTH_MAX} deep: does one call itself?"
        )
    trigger: dict[str, Any] = {
        "kind": "flow",
        "input": dict(call.input),
        "run_id": str(parent.id),
        **carried(parent.trigger),
    }
    if call.flow.startswith(CARRIED):
        trigger[AS_BLOCK] = True
        if places := _filled(session, parent, record):
            trigger[PLACES] = places
    if "failed_run" in parent.trigger:  # what a failure set off stays known as that, all the way
        trigger["failed_run"] = parent.trigger["failed_run"]
    start = Start(
        trigger=trigger,
        subject=parent.subject,
        started_by=parent.started_by,
    )
    caller = Parent(
        run_id=parent.id,
        step=record.step,
        attempt=record.attempt,
        depth=parent.depth + 1,
        is_trial=parent.is_trial,
        allows_effects=not is_dry(parent, split(record.step)[1]),
    )
    version = _called(session, parent, call)
    with trace.joined(context_of(parent, record)):
        record_run(session, parent.tenant_id, version, start, now=now, parent=caller)


def with_connections(step: Step, run: RunRow) -> Step:
    """Give a step with the tenant's connections in the places of the block its run belongs to."""
    if not run.trigger.get(AS_BLOCK) or not step.connections:
        return step
    return replace(step, connections=_named(step.connections, run))


def report(
    session: Session, child: RunRow, *, name: str, now: datetime, ends: Collection[str] = ()
) -> None:
    """Tell the step that called a run how the run ended; `ends` are the steps that end it."""
    if child.parent_run_id is None or child.parent_step is None:
        return
    where = (session, child.tenant_id, child.parent_run_id)
    step, attempt = child.parent_step, child.parent_attempt or 1
    if child.state is RunState.SUCCEEDED:
        output = child.output or {}
        port = _reached(child, ends) if child.trigger.get(AS_BLOCK) else "done"
        if resolve_step(*where, step=step, attempt=attempt, port=port, output=output, now=now):
            note_use(session, child.tenant_id, child.parent_run_id, references_in(output))
        return
    reason = (child.error or {}).get("message", child.state.value)
    error = {
        "code": f"workflow.{child.state.value}",
        "message": f"{name} {child.state.value}: {reason}",
        "run_id": str(child.id),
    }
    fail_step(*where, step=step, attempt=attempt, error=error, now=now)


def cancel_child(session: Session, parent: RunRow, record: RecordRow, *, now: datetime) -> None:
    """Cancel the run a step called, because the step no longer waits for it."""
    running = (
        Run.tenant_id == parent.tenant_id,
        Run.parent_run_id == parent.id,
        Run.parent_step == record.step,
        Run.state.not_in(OVER),
    )
    session.scalars(select(Run.id).where(*running).with_for_update()).all()
    session.execute(
        update(Run)
        .where(*running)
        .values(wish={"cancel": "The workflow that called this one no longer waits"}, due_at=now)
        .execution_options(synchronize_session=False)
    )
    wake_after_commit(session, "runs")


def _filled(session: Session, parent: RunRow, record: RecordRow) -> dict[str, str]:
    """Give what the step that calls fills the places of its block with, however deep it stands."""
    flow = runnable(session, parent.tenant_id, parent.flow_id, parent.version_id).flow
    id_ = split(record.step)[1]
    step = flow.steps[id_.removesuffix(UNDO)]
    holder = step.undo if id_.endswith(UNDO) and step.undo is not None else step
    return _named(holder.connections, parent)


def _named(connections: Mapping[str, str], run: RunRow) -> dict[str, str]:
    """Put the tenant's connections in place of the places; one that is left empty is none."""
    if not run.trigger.get(AS_BLOCK):
        return dict(connections)
    places = run.trigger.get(PLACES, {})
    found = {slot: places.get(name.removeprefix(CARRIED)) for slot, name in connections.items()}
    return {slot: name for slot, name in found.items() if name}


def _reached(child: RunRow, ends: Collection[str]) -> str:
    """Name the end a run came to; "done" where it ended without one."""
    state = RunProgress.from_document(child.progress or {})
    done = (split(path)[1] for path, one in state.every_step() if one.status is Status.DONE)
    return next((step for step in done if step in ends), "done")


def _called(session: Session, parent: RunRow, call: Call) -> Runnable:
    flow_id = find_flow_id(session, parent.tenant_id, call.flow)
    if flow_id is None and call.flow.startswith(CARRIED):
        raise NotFoundError("what this block carries is not there: install the block anew")
    if flow_id is None:
        raise NotFoundError(f"there is no workflow {call.flow}: choose another in the step")
    if call.version is not None:
        return find_version(session, parent.tenant_id, flow_id, call.version)
    found = startable(session, parent.tenant_id, flow_id, hold=True)
    if found.version_id is None:
        raise NotStartedError(f"{found.name} is not published: publish it first")
    return runnable(session, parent.tenant_id, flow_id, found.version_id)
