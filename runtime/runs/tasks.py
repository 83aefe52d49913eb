"""Performs queued steps: those that call the outside, or wait for another attempt.

A step is claimed with a lease and a fence number. `due_at` doubles as the lease's end: a claimed
step becomes due again when its worker stops renewing, and the same query that finds new work finds
it. A result is written only under the fence it was claimed with, so a worker that was thought dead
and comes back late changes nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from runtime.leases import process_name
from runtime.runs._tables import Run, RunState, StepRecord, StepState
from runtime.runs.advance import Failed
from runtime.runs.attempt import Attempted, Given, attempt_step, facts_of, simulate_step
from runtime.runs.effects import apply_effects
from runtime.runs.programs import Program, Programs
from runtime.runs.segment import is_simulated, write_result
from runtime.runs.services import Brokers, DetachedServices
from runtime.wake import wake_after_commit
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

LEASE_S = 15.0
RENEW_EVERY_S = 5.0
THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One step this process performs, under one fence number."""

    record_id: UUID
    run_id: UUID
    tenant_id: UUID
    version_id: UUID
    step: str
    attempt: int
    fence: int
    config: Mapping[str, Any]
    input: Mapping[str, Any]


class _Skipped(Enum):
    """The step that was due belongs to a run that is over."""

    SKIPPED = "skipped"


_SKIPPED = _Skipped.SKIPPED


class StepPool:
    """Performs due steps in a few threads and keeps their leases alive."""

    def __init__(
        self, sessions: sessionmaker[Session], programs: Programs, brokers: Brokers
    ) -> None:
        self._sessions = sessions
        self._programs = programs
        self._brokers = brokers
        self._owner = process_name()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="step")
        self._busy = 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._renewer = threading.Thread(target=self._renew_for_ever, daemon=True)
        self._renewer.start()

    def drain(self) -> None:
        """Let idle threads look for due steps; returns at once."""
        with self._lock:
            idle = THREADS - self._busy
            self._busy += idle
        for _ in range(idle):
            self._threads.submit(self._work)

    def close(self, *, within_s: float = 8.0) -> None:
        """Stop claiming; steps under way get some seconds, then their leases run out."""
        self._stopped.set()
        ends = time.monotonic() + within_s
        while self._busy and time.monotonic() < ends:
            time.sleep(0.05)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _work(self) -> None:
        try:
            while not self._stopped.is_set():
                claim = self.claim(now=utc_now())
                if claim is None:
                    return
                self.perform(claim)
        except Exception:
            log.exception("step_thread_crashed")
        finally:
            with self._lock:
                self._busy -= 1

    def claim(self, *, now: datetime) -> Claim | None:
        """Claim the step that has been due for longest, or None."""
        while (found := self._claim_once(now=now)) is _SKIPPED:
            pass
        return found if isinstance(found, Claim) else None

    def _claim_once(self, *, now: datetime) -> Claim | _Skipped | None:
        with self._sessions() as session, session.begin(), system(session):
            due = (
                select(StepRecord.id)
                .where(StepRecord.due_at <= now)
                .order_by(StepRecord.due_at)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            record_id = session.scalar(due)
            if record_id is None:
                return None
            record = session.get_one(StepRecord, record_id)
            run = session.get_one(Run, record.run_id)
            if run.state.is_over:
                record.state, record.due_at = StepState.CANCELLED, None
                return _SKIPPED
            record.state, record.lease_owner = StepState.RUNNING, self._owner
            record.fence += 1
            record.started_at = now
            record.due_at = now + timedelta(seconds=LEASE_S)
            return _claim_of(record, run)

    def perform(self, claim: Claim) -> bool:
        """Perform a claimed step and record what came; False when the lease was lost."""
        with self._sessions() as session, session.begin(), as_tenant(session, claim.tenant_id):
            program = self._programs.of(session, claim.tenant_id, claim.version_id)
            run = session.get_one(Run, claim.run_id)
            session.expunge(run)
        done = self._attempt(claim, program, run)
        return self._record(claim, done, program)

    def _attempt(self, claim: Claim, program: Program, run: Run) -> Attempted:
        step, block = program.steps[claim.step], program.blocks[claim.step]
        facts = facts_of(str(run.id), step, claim.attempt, flow=program.name, now=utc_now())
        if block is None:
            error = {"code": "block.unknown", "message": f"{step.block} is no longer installed."}
            return Attempted(event=Failed(step.id, claim.attempt, error))
        if is_simulated(run, block):
            return simulate_step(block, facts)
        services = DetachedServices(self._sessions, claim.tenant_id, self._brokers)
        given = Given(config=dict(claim.config), input=dict(claim.input))
        return attempt_step(block, given, services, facts)

    def _record(self, claim: Claim, done: Attempted, program: Program) -> bool:
        now = utc_now()
        with self._sessions() as session, session.begin(), as_tenant(session, claim.tenant_id):
            record = session.scalar(
                select(StepRecord)
                .where(
                    StepRecord.id == claim.record_id,
                    StepRecord.fence == claim.fence,
                    StepRecord.state == StepState.RUNNING,
                )
                .with_for_update()
            )
            if record is None:
                log.warning("step_result_fenced", run_id=str(claim.run_id), step=claim.step)
                return False
            by = f"workflow {program.name}"
            refused = apply_effects(session, claim.tenant_id, done.effects, by=by, now=now)
            if refused is not None:
                error = {"code": refused.code, "message": refused.message}
                done = Attempted(event=Failed(claim.step, claim.attempt, error), logs=done.logs)
            write_result(record, done, now=now)
            record.is_unread = True
            session.flush()
            over = (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED)
            session.execute(
                update(Run)
                .where(Run.id == claim.run_id, Run.state.not_in(over))
                .values(due_at=now)
                .execution_options(synchronize_session=False)
            )
            wake_after_commit(session, "runs")
        return True

    def _renew_for_ever(self) -> None:
        while not self._stopped.wait(RENEW_EVERY_S):
            if self._busy:
                try:
                    self.renew(now=utc_now())
                except Exception:
                    log.exception("lease_renewal_failed")

    def renew(self, *, now: datetime) -> None:
        """Extend the leases of the steps under way here."""
        with self._sessions() as session, session.begin(), system(session):
            session.execute(
                update(StepRecord)
                .where(
                    StepRecord.due_at.is_not(None),
                    StepRecord.lease_owner == self._owner,
                    StepRecord.state == StepState.RUNNING,
                )
                .values(due_at=now + timedelta(seconds=LEASE_S))
                .execution_options(synchronize_session=False)
            )


def _claim_of(record: StepRecord, run: Run) -> Claim:
    return Claim(
        record_id=record.id,
        run_id=run.id,
        tenant_id=run.tenant_id,
        version_id=run.version_id,
        step=record.step,
        attempt=record.attempt,
        fence=record.fence,
        config=record.config,
        input=record.input,
    )
