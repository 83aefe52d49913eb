"""What people ask of a trial that holds: the next step, or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from kernel.errors import ConflictError
from runtime.runs._tables import Run
from runtime.runs.holding import HOLDING
from runtime.runs.waits import make_due
from tenancy.rows import get_owned

log = structlog.get_logger(__name__)


def next_step(session: Session, tenant_id: UUID, run_id: UUID, step: str, *, now: datetime) -> None:
    """Let one held step of a trial go on; asked twice for the same, it goes on once.

    Raises:
        NotFoundError: no such run.
        ConflictError: the trial does not hold before this step, or is being cancelled.
    """
    row = _held(session, tenant_id, run_id)
    if step not in held_at(row.progress):
        raise ConflictError(f"this test run does not hold before {step}: look where it is now")
    go = dict((row.wish or {}).get("go", {}))
    go["steps"] = sorted({*go.get("steps", ()), step})
    _wish(session, row, go, now=now)


def run_on(
    session: Session,
    tenant_id: UUID,
    run_id: UUID,
    *,
    stops: Sequence[str] | None = None,
    now: datetime,
) -> None:
    """Let all held steps of a trial go on, to the next of its stops; `stops` sets those anew.

    Raises:
        NotFoundError: no such run.
        ConflictError: the trial does not hold, or is being cancelled.
    """
    row = _held(session, tenant_id, run_id)
    _wish(session, row, {"on": True, **({} if stops is None else {"stops": list(stops)})}, now=now)


def held_at(progress: object) -> tuple[str, ...]:
    """Give the paths of the steps that a run holds before."""
    holding = progress.get(HOLDING) if isinstance(progress, dict) else None
    return tuple(holding["at"]) if holding else ()


def _held(session: Session, tenant_id: UUID, run_id: UUID) -> Run:
    row = get_owned(session, Run, tenant_id, run_id, name="run", lock=True)
    if row.state.is_over or not held_at(row.progress):
        raise ConflictError("this test run holds nowhere: it goes on by itself, or is over")
    if "cancel" in (row.wish or {}):
        raise ConflictError("this test run is being cancelled")
    return row


def _wish(session: Session, row: Run, go: dict[str, object], *, now: datetime) -> None:
    row.wish = {"go": go}
    session.flush()
    make_due(session, row.tenant_id, row.id, now=now)
    log.info("trial_let_go_on", run_id=str(row.id))
