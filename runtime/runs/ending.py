"""What the end of a run sets off.

Who called it goes on, and a failed run raises an alarm or starts another workflow where its
workflow says so. Who waited for its turn starts after the commit: `admission.let_go_on`.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from kernel import trace
from kernel.clock import format_instant
from kernel.errors import GarlandError
from runtime.alarms.journal import append
from runtime.alarms.model import TEXT_MAX, parse_event
from runtime.flows.lookup import find_flow_id
from runtime.runs._rows import RunRow
from runtime.runs._tables import Run, RunState
from runtime.runs.children import report
from runtime.runs.derived import carried
from runtime.runs.programs import Program
from runtime.runs.start import Start, start_run
from runtime.wake import wake_after_commit

log = structlog.get_logger(__name__)

SOURCE = "garland.workflows"
GOES_ROUND = "this would go round: a failure, or this workflow itself, had started this run"


def after_end(session: Session, run: RunRow, program: Program, *, now: datetime) -> None:
    """Do what follows the end of a run; the session is bound to its tenant."""
    report(session, run, name=program.name, now=now, ends=program.ends)
    if run.is_trial or run.state is RunState.CANCELLED:
        return
    if program.on_failure.alarm and not _is_by_own_alarm(run):
        _raise_or_clear(session, run, program, now=now)
    if program.on_failure.flow and run.state is RunState.FAILED:
        note = _start_error_flow(session, run, program, now=now)
        _note(session, run, {"flow": program.on_failure.flow, **note})


def _is_error_run(run: RunRow) -> bool:
    """Tell whether a failure started it: workflows could fail for each other for ever."""
    return "failed_run" in run.trigger or _is_by_own_alarm(run)


def _is_by_own_alarm(run: RunRow) -> bool:
    """Tell whether an alarm about a failed workflow started it, which it could raise again."""
    alarm = run.trigger.get("alarm")
    return isinstance(alarm, dict) and alarm.get("source") == SOURCE


def _raise_or_clear(session: Session, run: RunRow, program: Program, *, now: datetime) -> None:
    """One alarm for each workflow, whatever it is called: failure raises it, success clears it."""
    failed = run.state is RunState.FAILED
    error = run.error or {}
    text = f"{error.get('step', 'run')}: {error.get('message', '')}" if failed else ""
    event = parse_event(
        {
            "managed_object": f"workflow {program.name}",
            "reduction_key": f"workflow {run.flow_id}",
            "perceived_severity": program.on_failure.alarm if failed else "cleared",
            "event_type": "processingErrorAlarm",
            "specific_problem": "Workflow failed",
            "source": SOURCE,
            "text": text[:TEXT_MAX],
            "attributes": {
                "run_id": str(run.id),
                "flow_id": str(run.flow_id),
                **carried(run.trigger),
            },
        }
    )
    append(session, run.tenant_id, [event], now=now)
    wake_after_commit(session, "correlator")


def _start_error_flow(
    session: Session, run: RunRow, program: Program, *, now: datetime
) -> dict[str, str]:
    """Start the workflow for failures; give its run, or the reason why there is none."""
    flow_id = find_flow_id(session, run.tenant_id, program.on_failure.flow)
    if flow_id is None:
        return {"reason": f"there is no workflow {program.on_failure.flow}: choose another"}
    if flow_id == run.flow_id or _is_error_run(run):
        return {"reason": GOES_ROUND}
    facts = {"id": str(run.id), "flow": program.name, "error": dict(run.error or {})}
    start = Start(
        trigger={
            "kind": "flow",
            "failed_run": str(run.id),
            "input": {"run": facts, "trigger": dict(run.trigger)},
            **carried(run.trigger),
        },
        subject=run.subject,
        dedup_key=f"failed:{run.id}:{flow_id}:{format_instant(run.ended_at or now)}",
        started_by=f"workflow {program.name}",
    )
    try:
        with trace.joined(trace.kept_in(run.trigger)):
            started = start_run(session, run.tenant_id, flow_id, start, now=now)
    except GarlandError as error:
        return {"reason": error.message}
    if started is None:
        return {"reason": "it takes no new run at present, or had one with the same key before"}
    return {"run_id": str(started)}


def _note(session: Session, run: RunRow, note: dict[str, str]) -> None:
    """Write on the failed run what dealt with its failure, or why nothing did."""
    if "reason" in note:
        log.warning("error_flow_not_started", run_id=str(run.id), **note)
    run.error = {**(run.error or {}), "error_flow": note}
    session.execute(
        update(Run)
        .where(Run.id == run.id, Run.tenant_id == run.tenant_id)
        .values(error=run.error)
        .execution_options(synchronize_session=False)
    )
