"""Performs queued steps: those that call the outside, or wait for another attempt.

A step is claimed with a lease and a fence number. `due_at` doubles as the lease's end: a claimed
step becomes due again when its worker stops renewing, and the same query that finds new work finds
it. A result is written only under the fence it was claimed with, so a worker that was thought dead
and comes back late changes nothing. A step that outlives its time-out is given up: its failure is
recorded under the fence, and what its thread may still bring is not used.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from kernel import trace
from kernel.clock import utc_now
from kernel.db import is_transient
from kernel.errors import GarlandError
from runtime.leases import process_name
from runtime.limits.book import LimitsBook
from runtime.limits.model import Limits
from runtime.limits.rates import Rates
from runtime.metrics import STEP_QUEUE_SECONDS, STEPS_FENCED, group_name, seconds_between
from runtime.runs._rows import RecordRow, RunRow, load_runs, lock_records, write_records
from runtime.runs._tables import Run, StepRecord, StepState
from runtime.runs.attempt import (
    Attempted,
    Given,
    attempt_step,
    facts_of,
    simulate_step,
    unknown_block,
)
from runtime.runs.blobs import fetch
from runtime.runs.calls import Calls, NotYetError
from runtime.runs.claims import StepClaims
from runtime.runs.effects import apply_effects
from runtime.runs.events import Failed
from runtime.runs.paths import split
from runtime.runs.performing import is_simulated
from runtime.runs.places import crowding
from runtime.runs.programs import Program, Programs
from runtime.runs.recording import record_result
from runtime.runs.records import stow_result, write_result
from runtime.runs.services import Brokers, DetachedServices
from runtime.runs.spans import at_work_on, context_of
from runtime.runs.waits import make_due
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

LEASE_S = 15.0
RENEW_EVERY_S = 5.0
GRACE_S = 2.0
LOOK_EVERY_S = 0.25
THREADS = 8
FOR_OTHERS = 2
"""Threads of each worker that one tenant alone never holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One step this process performs, under one fence number."""

    record: RecordRow
    run: RunRow
    program: Program
    given: Given
    limits: Limits

    @property
    def timeout_s(self) -> float:
        """How long the attempt may take."""
        step_id = split(self.record.step)[1]
        block = self.program.blocks[step_id]
        own = self.program.steps[step_id].timeout_s
        declared = block.manifest.behaviour.timeout_s if block is not None else 0.0
        return own if own is not None else declared


@dataclass(slots=True)
class Flight:
    """A claim under way in a thread; `is_lost` once it was given up."""

    claim: Claim
    ends: float
    is_lost: bool = False


@dataclass(kw_only=True)
class StepPool:
    """Performs due steps in a few threads and keeps their leases alive.

    Attributes:
        worker_groups: The groups whose steps it performs.
        limits: Knows tenants' shares and limits.
        rates: Counts calls to each host.
        clock: Gives the present instant.
    """

    sessions: sessionmaker[Session]
    programs: Programs
    brokers: Brokers
    worker_groups: Sequence[str] = ("",)
    limits: LimitsBook = field(default_factory=LimitsBook)
    rates: Rates = field(default_factory=Rates)
    clock: Callable[[], datetime] = utc_now
    owner: str = field(default_factory=process_name)
    claims: StepClaims = field(default_factory=StepClaims)

    def __post_init__(self) -> None:
        self._flights: dict[UUID, Flight] = {}
        self._busy = 0
        self._look_at = math.inf
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        threading.Thread(target=self._watch_for_ever, daemon=True, name="leases").start()

    def drain(self) -> None:
        """Let idle threads look for due steps; returns at once."""
        with self._lock:
            idle = max(0, THREADS - self._busy)
            self._busy += idle
        for _ in range(idle):
            threading.Thread(target=self._work, daemon=True, name="step").start()

    def close(self, *, within_s: float = 8.0) -> None:
        """Stop claiming; steps under way get some seconds, then their leases run out."""
        self._stopped.set()
        ends = time.monotonic() + within_s
        while self._flights and time.monotonic() < ends:
            time.sleep(0.05)

    def claim(self, *, now: datetime) -> Claim | None:
        """Claim the step whose tenant's turn it is, or None when none is due."""
        with self.sessions() as session, session.begin(), system(session):
            known = self.limits.known(session)
            while True:
                record = self.claims.lock_due(
                    session, self.worker_groups, now=now, limits=known, crowding=self._crowding()
                )
                if record is None:
                    return None
                (run,) = load_runs(session, [record.run_id])
                if run.state.is_over:
                    record.state, record.due_at = StepState.CANCELLED, None
                    write_records(session, [record])
                    continue
                self._lease(session, record, now=now)
                try:
                    with as_tenant(session, run.tenant_id):
                        return self._claim_of(session, record, run, known.of(run.tenant_id))
                except Exception as error:
                    if is_transient(error):
                        raise
                    self._refuse(session, record, error, now=now)

    def perform(self, claim: Claim) -> bool:
        """Perform a claimed step and record what came; False when the lease was lost.

        A step that has to wait for its turn to call a host is put back instead.
        """
        with at_work_on(claim.run):
            try:
                done = self._attempt(claim)
            except NotYetError as error:
                return self._put_back(claim, error)
            return self._record(claim, done)

    def hold(self, claim: Claim) -> Flight:
        """Keep a claim's lease alive until it is recorded, or its time is up."""
        flight = Flight(claim, time.monotonic() + claim.timeout_s + GRACE_S)
        with self._lock:
            self._flights[claim.record.id] = flight
        return flight

    def renew(self, *, now: datetime) -> None:
        """Extend the leases of the steps under way here."""
        with self._lock:
            held = [one.claim.record.id for one in self._flights.values() if not one.is_lost]
        if not held:
            return
        with self.sessions() as session, session.begin(), system(session):
            session.execute(
                update(StepRecord)
                .where(
                    StepRecord.id.in_(held),
                    StepRecord.lease_owner == self.owner,
                    StepRecord.state == StepState.RUNNING,
                )
                .values(due_at=now + timedelta(seconds=LEASE_S))
                .execution_options(synchronize_session=False)
            )

    def give_up_late(self, *, at: float) -> None:
        """Record the failure of steps that outlived their time-out; their threads are lost."""
        with self._lock:
            late = [one for one in self._flights.values() if one.ends <= at and not one.is_lost]
            for one in late:
                one.is_lost = True
                self._busy -= 1
        for one in late:
            step = one.claim.record.step
            log.warning("step_timed_out", run_id=str(one.claim.run.id), step=step)
            seconds = one.claim.timeout_s
            message = f"The step took longer than {seconds:g} seconds and was given up."
            error = {"code": "block.timeout", "message": message}
            failed = Failed(step, one.claim.record.attempt, error, is_retryable=True)
            self._record(one.claim, Attempted(event=failed))
        if late:
            self.drain()

    def _work(self) -> None:
        flight: Flight | None = None
        try:
            while not self._stopped.is_set():
                claim = self.claim(now=self.clock())
                if claim is None:
                    return
                flight = self.hold(claim)
                self.perform(claim)
                with self._lock:
                    self._flights.pop(claim.record.id, None)
                if flight.is_lost:
                    return
        except Exception:
            log.exception("step_thread_crashed")
        finally:
            self._leave(flight)

    def _leave(self, flight: Flight | None) -> None:
        with self._lock:
            if flight is None or not flight.is_lost:
                self._busy -= 1
            if flight is not None:
                self._flights.pop(flight.claim.record.id, None)

    def _crowding(self) -> Collection[UUID]:
        with self._lock:
            here = Counter(one.claim.run.tenant_id for one in self._flights.values())
        return crowding(here, threads=THREADS, for_others=FOR_OTHERS)

    def _put_back(self, claim: Claim, error: NotYetError) -> bool:
        """Queue a step again as if it had not been claimed, due when its turn comes."""
        until = self.clock() + timedelta(seconds=error.wait_s)
        self._look_at = min(self._look_at, time.monotonic() + error.wait_s)
        log.debug("step_put_back", run_id=str(claim.run.id), host=error.host, wait_s=error.wait_s)
        with self.sessions() as session, session.begin(), as_tenant(session, claim.run.tenant_id):
            record = self._still_ours(session, claim)
            if record is None:
                return False
            record.state, record.due_at = StepState.QUEUED, until
            record.lease_owner = record.started_at = None
            with system(session):  # an UPDATE by key; the key was read as the tenant's own
                write_records(session, [record])
        return True

    def _lease(self, session: Session, record: RecordRow, *, now: datetime) -> None:
        queued = STEP_QUEUE_SECONDS.labels(group_name(record.worker_group))
        queued.observe(seconds_between(record.due_at or now, now))
        record.state, record.lease_owner, record.started_at = StepState.RUNNING, self.owner, now
        record.fence += 1
        record.due_at = now + timedelta(seconds=LEASE_S)
        write_records(session, [record])

    def _refuse(
        self, session: Session, record: RecordRow, error: Exception, *, now: datetime
    ) -> None:
        """Fail a step that cannot even be begun, so that it does not hold up the others."""
        log.warning("step_not_begun", step=record.step, exc_info=error)
        known = error if isinstance(error, GarlandError) else None
        code = known.code if known else "garland.fault"
        message = known.message if known else "Garland could not begin this step."
        failed = Failed(record.step, record.attempt, {"code": code, "message": message})
        write_result(record, Attempted(event=failed), now=now)
        record.is_unread = True
        write_records(session, [record])
        make_due(session, record.tenant_id, record.run_id, now=now)

    def _claim_of(self, session: Session, record: RecordRow, run: RunRow, limits: Limits) -> Claim:
        program = self.programs.of(session, run.tenant_id, run.version_id)
        given = Given(
            config=fetch(session, run.tenant_id, record.config),
            input=fetch(session, run.tenant_id, record.input),
        )
        return Claim(record=record, run=run, program=program, given=given, limits=limits)

    def _attempt(self, claim: Claim) -> Attempted:
        record, run, program = claim.record, claim.run, claim.program
        step_id = split(record.step)[1]
        step, block = program.steps[step_id], program.blocks[step_id]
        if block is None:
            return Attempted(event=unknown_block(step, record.step, record.attempt))
        now = self.clock()
        facts = facts_of(str(run.id), step, record.step, record.attempt, flow=program.name, now=now)
        if is_simulated(run, block):
            return simulate_step(block, facts)
        services = DetachedServices(self.sessions, run.tenant_id, self.brokers, self._calls(claim))
        with trace.joined(context_of(run, record)):
            return attempt_step(block, claim.given, services, facts)

    def _calls(self, claim: Claim) -> Calls:
        tenant_id, record = claim.run.tenant_id, claim.record
        who = f"{record.id}:{record.fence}"
        return Calls(rates=self.rates, tenant_id=tenant_id, limits=claim.limits, who=who)

    def _record(self, claim: Claim, done: Attempted) -> bool:
        return record_result(partial(self._write, claim), done)

    def _write(self, claim: Claim, done: Attempted) -> bool:
        now, tenant_id, run_id = self.clock(), claim.run.tenant_id, claim.run.id
        with self.sessions() as session, session.begin(), as_tenant(session, tenant_id):
            # the run first, as those do who advance it: the other way round both could wait
            session.execute(
                select(Run.id).where(Run.tenant_id == tenant_id, Run.id == run_id).with_for_update()
            )
            record = self._still_ours(session, claim)
            if record is None:
                STEPS_FENCED.inc()
                log.warning("step_result_fenced", run_id=str(run_id), step=claim.record.step)
                return False
            if done.effects:
                by = f"workflow {claim.program.name}"
                done = apply_effects(session, tenant_id, done, by=by, now=now)
            write_result(record, stow_result(session, tenant_id, run_id, done, now=now), now=now)
            record.is_unread = True
            with system(session):  # an UPDATE by key; the key was read as the tenant's own
                write_records(session, [record])
            make_due(session, tenant_id, run_id, now=now)
        return True

    def _still_ours(self, session: Session, claim: Claim) -> RecordRow | None:
        found = lock_records(
            session,
            StepRecord.tenant_id == claim.run.tenant_id,
            StepRecord.id == claim.record.id,
            StepRecord.fence == claim.record.fence,
            StepRecord.state == StepState.RUNNING,
            waits=True,  # the row may be locked for a moment only because its lease is renewed
        )
        return found[0] if found else None

    def _watch_for_ever(self) -> None:
        renewed = time.monotonic()
        while not self._stopped.wait(LOOK_EVERY_S):
            try:
                if time.monotonic() >= self._look_at:
                    self._look_at = math.inf
                    self.drain()
                self.give_up_late(at=time.monotonic())
                if time.monotonic() - renewed >= RENEW_EVERY_S:
                    renewed = time.monotonic()
                    self.renew(now=self.clock())
            except Exception:
                log.exception("lease_renewal_failed")
