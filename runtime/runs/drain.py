"""Advances whatever runs are due, in batches of one transaction each.

The runs of a batch are locked, not leased: they are advanced in memory within milliseconds and
written by one commit, so a worker that dies leaves them due, and one that is late finds them
locked or no longer due. Only steps that take long are leased (`runtime.runs.tasks`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant, utc_now
from kernel.errors import GarlandError
from runtime.runs._tables import Run, RunState, StepRecord, StepState
from runtime.runs.programs import Programs
from runtime.runs.segment import Segment, carry_on
from runtime.runs.services import Brokers
from runtime.wake import tell_pages_after_commit, wake_after_commit
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

BATCH = 50
BUDGET_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """What is needed to advance runs."""

    sessions: sessionmaker[Session]
    programs: Programs
    brokers: Brokers
    wake_next: Callable[[], None]

    def drain(self) -> None:
        """Advance due runs until none is, or two seconds have passed; then wake the next."""
        ends = time.monotonic() + BUDGET_S
        while self.advance_batch(now=utc_now()) == BATCH:
            if time.monotonic() >= ends:
                self.wake_next()
                return

    def advance_batch(self, *, now: datetime, limit: int = BATCH) -> int:
        """Advance at most `limit` due runs in one transaction; give how many there were.

        All runs of a batch are written together. Should one of them break the batch, everything is
        rolled back and done again with a savepoint around each run, so that only it fails.
        """
        try:
            return self._advance_all(now=now, limit=limit, each_alone=False)
        except Exception as error:  # noqa: BLE001  told apart by the second try
            log.warning("batch_broken", reason=type(error).__name__)
            return self._advance_all(now=now, limit=limit, each_alone=True)

    def _advance_all(self, *, now: datetime, limit: int, each_alone: bool) -> int:
        with self.sessions() as session, session.begin(), system(session):
            runs = _due_runs(session, now=now, limit=limit)
            records = _open_records(session, [run.id for run in runs])
            for tenant_id, mine in groupby(runs, key=lambda run: run.tenant_id):
                with as_tenant(session, tenant_id):
                    for run in mine:
                        opened = records.get(run.id, [])
                        self._advance(session, run, opened, now=now, alone=each_alone)
            return len(runs)

    def _advance(
        self,
        session: Session,
        run: Run,
        records: Iterable[StepRecord],
        *,
        now: datetime,
        alone: bool,
    ) -> None:
        before = run.state

        def go() -> bool:
            program = self.programs.of(session, run.tenant_id, run.version_id)
            segment = Segment(
                session=session, program=program, brokers=self.brokers, records=records, now=now
            )
            return carry_on(run, segment)

        has_queued = _alone(session, run, go) if alone else go()
        if has_queued:
            wake_after_commit(session, "steps")
        if run.state is not before:
            facts = {"id": str(run.id), "state": run.state.value, "at": format_instant(now)}
            tell_pages_after_commit(session, run.tenant_id, "runs", facts)


def _alone(session: Session, run: Run, go: Callable[[], bool]) -> bool:
    """Advance a run so that a fault of its own fails it and nothing else."""
    try:
        with session.begin_nested():
            return go()
    except Exception as error:  # noqa: BLE001  one run's fault must not stop the others
        _fail(run, error)
        return False


def _due_runs(session: Session, *, now: datetime, limit: int) -> list[Run]:
    return list(
        session.scalars(
            select(Run)
            .where(Run.due_at <= now)
            .order_by(Run.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def _open_records(session: Session, run_ids: list[UUID]) -> dict[UUID, list[StepRecord]]:
    """Give by run the attempts under way and those whose result was not seen yet."""
    found: dict[UUID, list[StepRecord]] = {}
    if not run_ids:
        return found
    under_way = (StepState.QUEUED, StepState.RUNNING, StepState.WAITING)
    rows = session.scalars(
        select(StepRecord)
        .where(
            StepRecord.run_id.in_(run_ids),
            or_(StepRecord.is_unread, StepRecord.state.in_(under_way)),
        )
        .order_by(StepRecord.ended_at)
    )
    for row in rows:
        found.setdefault(row.run_id, []).append(row)
    return found


def _fail(run: Run, error: Exception) -> None:
    log.error("run_crashed", run_id=str(run.id), exc_info=error)
    facts: dict[str, Any] = {
        "code": error.code if isinstance(error, GarlandError) else "garland.fault",
        "message": error.message
        if isinstance(error, GarlandError)
        else "Garland could not advance this run because of a fault of its own.",
    }
    run.state, run.error, run.due_at, run.ended_at = RunState.FAILED, facts, None, utc_now()
