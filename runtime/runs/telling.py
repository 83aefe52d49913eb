"""What others are told of a run that went on, once that is committed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.metrics import RUN_START_SECONDS, seconds_between
from runtime.runs._rows import RunRow
from runtime.runs._tables import RunState
from runtime.runs.carried import Carried
from runtime.wake import tell_pages_after_commit, wake_after_commit


def tell(
    session: Session, run: RunRow, before: RunState, carried: Carried, *, now: datetime
) -> None:
    """Wake workers for new steps, tell pages, and note how long the run waited to begin."""
    for group in carried.worker_groups:
        wake_after_commit(session, "steps", group)
    if before is RunState.QUEUED:
        RUN_START_SECONDS.observe(seconds_between(run.started_at, now))
    tell_pages(session, run, now=now)


def tell_pages(session: Session, run: RunRow, *, now: datetime) -> None:
    """Tell pages that a run went on: its steps did, even where its state is the same."""
    facts = {"id": str(run.id), "state": run.state.value, "at": format_instant(now)}
    tell_pages_after_commit(session, run.tenant_id, "runs", facts)
