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
from kernel.db import others_wait
from kernel.errors import GarlandError
from runtime.limits.book import LimitsBook
from runtime.runs._rows import RecordRow, RunRow, open_records, write_records, write_runs
from runtime.runs._tables import RunState
from runtime.runs.claims import Claims
from runtime.runs.crowding import let_parked_go_on
from runtime.runs.ending import after_end
from runtime.runs.programs import Programs
from runtime.runs.segment import Carried, Segment, carry_on
from runtime.runs.services import Brokers
from runtime.wake import tell_pages_after_commit, wake_after_commit
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

BATCH = 50
BATCH_S = 0.05
BATCH_LEAST_S = 0.003
BUDGET_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """What is needed to advance runs.

    Attributes:
        wake_next: Wakes whoever goes on when this process has done its part.
        limits: Knows tenants' shares and limits.
    """

    sessions: sessionmaker[Session]
    programs: Programs
    brokers: Brokers
    wake_next: Callable[[], None]
    limits: LimitsBook = field(default_factory=LimitsBook)
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
            weights = self.limits.known(session).weights
            runs, few = self.claims.lock_due(session, now=now, limit=limit, weights=weights)
            begun = [run.id for run in runs if run.progress is not None]
            records = open_records(session, begun)
            if not each_alone:
                return self._advance(session, runs, records, now=now, few=few)
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
        few: int = 1,
    ) -> int:
        began = time.monotonic()
        done: list[tuple[RunRow, Carried]] = []
        for run in runs:
            before = run.state
            with as_tenant(session, run.tenant_id):
                carried = self._carry_on(session, run, records.get(run.id, ()), now=now)
                _tell(session, run, before, carried, now=now)
            done.append((run, carried))
            took_s = time.monotonic() - began
            if took_s >= BATCH_S or _has_to_end(session, len(done), few, took_s=took_s):
                break
        write_records(session, (record for _, carried in done for record in carried.records))
        write_runs(session, (run for run, _ in done))
        for run, carried in done:
            for action in carried.afterwards:
                with as_tenant(session, run.tenant_id):
                    action()
        ended = {run.tenant_id for run, _ in done if run.state.is_over}
        known = self.limits.known(session)
        let_parked_go_on(session, ended, self.limits, known, now=now)
        return len(done)

    def _carry_on(
        self, session: Session, run: RunRow, records: Sequence[RecordRow], *, now: datetime
    ) -> Carried:
        program = self.programs.of(session, run.tenant_id, run.version_id)
        segment = Segment(
            session=session,
            program=program,
            brokers=self.brokers,
            records=records,
            now=now,
            steps_max=self.limits.known(session).of(run.tenant_id).steps_of_a_run,
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


def _has_to_end(session: Session, done: int, few: int, *, took_s: float) -> bool:
    """Tell whether a batch should be written before its time is up.

    Those tenants are through who had few runs, which should not wait for the many of another; or
    it took a little already, and others wait to write.
    """
    if done >= few:
        return True
    if took_s < BATCH_LEAST_S:
        return False
    with system(session):
        return others_wait(session.connection())


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
