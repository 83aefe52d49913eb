"""What the end of a run sets off.

Who called it goes on, and a failed run raises an alarm or starts another workflow where its
workflow says so. Who waited for its turn starts after the commit: `admission.let_go_on`.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from kernel.errors import GarlandError
from runtime.alarms.journal import append
from runtime.alarms.model import TEXT_MAX, parse_event
from runtime.flows.lookup import find_flow_id
from runtime.runs._rows import RunRow
from runtime.runs._tables import RunState
from runtime.runs.children import report
from runtime.runs.programs import Program
from runtime.runs.start import Start, start_run
from runtime.wake import wake_after_commit

log = structlog.get_logger(__name__)

SOURCE = "garland.workflows"


def after_end(session: Session, run: RunRow, program: Program, *, now: datetime) -> None:
    """Do what follows the end of a run; the session is bound to its tenant."""
    report(session, run, name=program.name, now=now)
    if run.is_trial or run.state is RunState.CANCELLED:
        return
    if program.on_failure.alarm:
        _raise_or_clear(session, run, program, now=now)
    if program.on_failure.flow and run.state is RunState.FAILED and not _is_error_run(run):
        _start_error_flow(session, run, program, now=now)


def _is_error_run(run: RunRow) -> bool:
    """Tell whether it was started by a failure itself: two such workflows could go on for ever."""
    return "failed_run" in run.trigger


def _raise_or_clear(session: Session, run: RunRow, program: Program, *, now: datetime) -> None:
    """One alarm for each workflow: a failure raises it, the next success clears it."""
    failed = run.state is RunState.FAILED
    error = run.error or {}
    text = f"{error.get('step', 'run')}: {error.get('message', '')}" if failed else ""
    event = parse_event(
        {
            "managed_object": f"workflow {program.name}",
            "perceived_severity": program.on_failure.alarm if failed else "cleared",
            "event_type": "processingErrorAlarm",
            "specific_problem": "Workflow failed",
            "source": SOURCE,
            "text": text[:TEXT_MAX],
            "attributes": {"run_id": str(run.id), "flow_id": str(run.flow_id)},
        }
    )
    append(session, run.tenant_id, [event], now=now)
    wake_after_commit(session, "correlator")


def _start_error_flow(session: Session, run: RunRow, program: Program, *, now: datetime) -> None:
    flow_id = find_flow_id(session, run.tenant_id, program.on_failure.flow)
    if flow_id is None or flow_id == run.flow_id:
        log.warning("error_flow_missing", flow=program.on_failure.flow, run_id=str(run.id))
        return
    facts = {"id": str(run.id), "flow": program.name, "error": dict(run.error or {})}
    start = Start(
        trigger={
            "kind": "flow",
            "failed_run": str(run.id),
            "input": {"run": facts, "trigger": dict(run.trigger)},
        },
        subject=run.subject,
        dedup_key=f"failed:{run.id}:{flow_id}",
        started_by=f"workflow {program.name}",
    )
    try:
        start_run(session, run.tenant_id, flow_id, start, now=now)
    except GarlandError as error:
        log.warning("error_flow_not_started", reason=error.message, run_id=str(run.id))
