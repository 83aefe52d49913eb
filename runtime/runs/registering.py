"""What a waiting step waits for, noted where whoever brings it will look; and taken away again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from blocks.outcomes import Ask, Await, Call
from kernel.errors import GarlandError
from kernel.ids import new_id
from runtime.approvals.store import close_approvals, open_approval
from runtime.runs._rows import RecordRow, RunRow
from runtime.runs._tables import EventWait
from runtime.runs.children import cancel_child, start_child
from runtime.runs.events import Completed, Failed
from runtime.runs.happened import already_happened
from runtime.runs.waits import forget_waits


def register(
    session: Session,
    run: RunRow,
    record: RecordRow,
    waits_for: Await | Ask | Call,
    *,
    flow_name: str,
    now: datetime,
) -> Completed | Failed | None:
    """Note what a step waits for; give its event when there is nothing to wait for any more."""
    try:
        match waits_for:
            case Await():
                return _await(session, run, record, waits_for, now=now)
            case Call():
                start_child(session, run, record, waits_for, now=now)
            case Ask():
                open_approval(
                    session,
                    run.tenant_id,
                    run_id=run.id,
                    step=record.step,
                    attempt=record.attempt,
                    flow_name=flow_name,
                    started_by=run.started_by,
                    subject=run.subject,
                    ask=waits_for,
                    now=now,
                )
    except GarlandError as error:
        told = {"code": error.code, "message": error.message}
        return Failed(record.step, record.attempt, told)
    return None


def release(
    session: Session, run: RunRow, record: RecordRow, control: str | None, *, now: datetime
) -> Callable[[], None] | None:
    """Take away what an abandoned step waited for; give what is to be done to other runs."""
    match control:
        case "event":
            forget_waits(session, run.tenant_id, run.id, record.step)
        case "approval":
            close_approvals(session, run.tenant_id, run.id, now=now, steps=[record.step])
        case "call":
            return lambda: cancel_child(session, run, record, now=now)
    return None


def _await(
    session: Session, run: RunRow, record: RecordRow, wanted: Await, *, now: datetime
) -> Completed | None:
    key = f"{run.flow_id}:{wanted.key}" if wanted.kind == "message" else wanted.key
    happened = already_happened(session, run.tenant_id, wanted.kind, key, now=now)
    if happened is not None:
        return Completed(record.step, record.attempt, wanted.port, happened)
    session.add(
        EventWait(
            id=new_id(),
            tenant_id=run.tenant_id,
            run_id=run.id,
            step=record.step,
            attempt=record.attempt,
            kind=wanted.kind,
            key=key,
            match=dict(wanted.match) if wanted.match is not None else None,
            port=wanted.port,
            since=now,
        )
    )
    return None
