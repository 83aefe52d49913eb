"""Advances whatever runs are due, in batches of one transaction each.

The runs of a batch are locked, not leased: they are advanced in memory within milliseconds and
written by one commit, so a worker that dies leaves them due, and one that is late finds them
locked or no longer due. Only steps that take long are leased (`runtime.runs.tasks`). A batch ends
by count and by time, and tenants take turns in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import format_instant, utc_now
from kernel.errors import GarlandError
from runtime.runs._rows import RecordRow, RunRow, open_records, write_records, write_runs
from runtime.runs._tables import RunState
from runtime.runs.claims import Claims
from runtime.runs.ending import after_end
from runtime.runs.programs import Programs
from runtime.runs.segment import Carried, Segment, carry_on
from runtime.runs.services import Brokers
from runtime.wake import tell_pages_after_commit, wake_after_commit
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

BATCH = 50
BATCH_S = 0.05
BUDGET_S = 2.0


def equal_shares(_session: Session) -> Mapping[UUID, float]:
    """Give every tenant the same share."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """What is needed to advance runs.

    Attributes:
        wake_next: Wakes whoever goes on when this process has done its part.
        weights: Gives tenants' shares.
    """

    sessions: sessionmaker[Session]
    programs: Programs
    brokers: Brokers
    wake_next: Callable[[], None]
    weights: Callable[[Session], Mapping[UUID, float]] = equal_shares
    claims: Claims = field(default_factory=Claims)

    def drain(self) -> None:
        """Advance due runs until none is, or two seconds have passed; then wake the next."""
        ends = time.monotonic() + BUDGET_S
        while self.advance_batch(now=utc_now()):
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
            weights = self.weights(session)
            runs = self.claims.lock_due(session, now=now, limit=limit, weights=weights)
            begun = [run.id for run in runs if run.progress is not None]
            records = open_records(session, begun)
            if not each_alone:
                return self._advance(session, runs, records, now=now)
            for run in runs:
                self._advance_alone(session, run, records, now=now)
            return len(runs)

    def _advance(
        self,
        session: Session,
        runs: Sequence[RunRow],
        records: Mapping[UUID, Sequence[RecordRow]],
        *,
        now: datetime,
    ) -> int:
        ends = time.monotonic() + BATCH_S
        done: list[tuple[RunRow, Carried]] = []
        for run in runs:
            before = run.state
            with as_tenant(session, run.tenant_id):
                carried = self._carry_on(session, run, records.get(run.id, ()), now=now)
                _tell(session, run, before, carried, now=now)
            done.append((run, carried))
            if time.monotonic() >= ends:
                break
        write_records(session, (record for _, carried in done for record in carried.records))
        write_runs(session, (run for run, _ in done))
        for run, carried in done:
            for action in carried.afterwards:
                with as_tenant(session, run.tenant_id):
                    action()
        return len(done)

    def _carry_on(
        self, session: Session, run: RunRow, records: Sequence[RecordRow], *, now: datetime
    ) -> Carried:
        program = self.programs.of(session, run.tenant_id, run.version_id)
        segment = Segment(
            session=session, program=program, brokers=self.brokers, records=records, now=now
        )
        carried = carry_on(run, segment)
        if run.state.is_over:
            carried.afterwards.append(partial(after_end, session, run, program, now=now))
        return carried

    def _advance_alone(
        self,
        session: Session,
        run: RunRow,
        records: Mapping[UUID, Sequence[RecordRow]],
        *,
        now: datetime,
    ) -> None:
        """Advance a run so that a fault of its own fails it and nothing else."""
        try:
            with session.begin_nested():
                self._advance(session, [run], records, now=now)
        except Exception as error:  # noqa: BLE001  one run's fault must not stop the others
            _fail(run, error)
            write_runs(session, [run])
            self._follow_crash(session, run, now=now)

    def _follow_crash(self, session: Session, run: RunRow, *, now: datetime) -> None:
        """Do what follows any failure: callers are told, an alarm is raised where asked for."""
        try:
            with session.begin_nested(), as_tenant(session, run.tenant_id):
                program = self.programs.of(session, run.tenant_id, run.version_id)
                after_end(session, run, program, now=now)
        except Exception:  # the run's own failure is written all the same
            log.exception("crash_not_followed", run_id=str(run.id))


def _tell(
    session: Session, run: RunRow, before: RunState, carried: Carried, *, now: datetime
) -> None:
    for group in carried.worker_groups:
        wake_after_commit(session, "steps", group)
    if run.state is not before:
        facts = {"id": str(run.id), "state": run.state.value, "at": format_instant(now)}
        tell_pages_after_commit(session, run.tenant_id, "runs", facts)


def _fail(run: RunRow, error: Exception) -> None:
    log.error("run_crashed", run_id=str(run.id), exc_info=error)
    facts: dict[str, Any] = {
        "code": error.code if isinstance(error, GarlandError) else "garland.fault",
        "message": error.message
        if isinstance(error, GarlandError)
        else "Garland could not advance this run because of a fault of its own.",
    }
    run.state, run.error, run.due_at, run.ended_at = RunState.FAILED, facts, None, utc_now()
