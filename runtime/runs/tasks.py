"""Performs queued steps: those that call the outside, or wait for another attempt.

They are claimed and recorded by `runtime.runs.leased`. A step that outlives its time-out is given
up: its failure is recorded under the fence, and what its thread may still bring is not used.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from kernel import trace
from runtime.limits.rates import Rates
from runtime.runs.attempt import Attempted, attempt_step, facts_of, simulate_step, unknown_block
from runtime.runs.calls import Calls, NotYetError
from runtime.runs.children import with_connections
from runtime.runs.desks import ApartDesk
from runtime.runs.events import Failed
from runtime.runs.leased import Claim, LeasedSteps
from runtime.runs.outside import Brokers
from runtime.runs.paths import split
from runtime.runs.places import crowding
from runtime.runs.services import DetachedServices
from runtime.runs.simulating import is_dry, is_simulated
from runtime.runs.spans import at_work_on, context_of
from runtime.runs.withheld import told_without

log = structlog.get_logger(__name__)

RENEW_EVERY_S = 5.0
GRACE_S = 2.0
LOOK_EVERY_S = 0.25
THREADS = 8
FOR_OTHERS = 2
"""Threads of each worker that one tenant alone never holds."""


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
        rates: Counts calls to each host.
    """

    leased: LeasedSteps
    brokers: Brokers
    rates: Rates = field(default_factory=Rates)

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
        return self.leased.claim(now=now, crowding=self._crowding())

    def perform(self, claim: Claim) -> bool:
        """Perform a claimed step and record what came; False when the lease was lost.

        A step that has to wait for its turn to call a host is put back instead.
        """
        with at_work_on(claim.run):
            try:
                done = self._attempt(claim)
            except NotYetError as error:
                return self._put_back(claim, error)
            return self.leased.record(claim, done)

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
        self.leased.renew(held, now=now)

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
            self.leased.record(one.claim, Attempted(event=failed))
        if late:
            self.drain()

    def _work(self) -> None:
        flight: Flight | None = None
        try:
            while not self._stopped.is_set():
                claim = self.claim(now=self.leased.clock())
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
        self._look_at = min(self._look_at, time.monotonic() + error.wait_s)
        log.debug("step_put_back", run_id=str(claim.run.id), host=error.host, wait_s=error.wait_s)
        until = self.leased.clock() + timedelta(seconds=error.wait_s)
        return self.leased.put_back(claim, until=until)

    def _attempt(self, claim: Claim) -> Attempted:
        record, run, program = claim.record, claim.run, claim.program
        step_id = split(record.step)[1]
        step, block = program.steps[step_id], program.blocks[step_id]
        if block is None:
            return Attempted(event=unknown_block(step, record.step, record.attempt))
        now = self.leased.clock()
        facts = facts_of(str(run.id), step, record.step, record.attempt, flow=program.name, now=now)
        if is_simulated(run, step_id, block.manifest):
            return simulate_step(block, facts)
        sessions, calls = self.leased.sessions, self._calls(claim)
        services = DetachedServices(sessions, run.tenant_id, self.brokers, calls)
        services.grant(with_connections(step, run), block.manifest)
        services.desk = ApartDesk(sessions, run, record)
        if is_dry(run, step_id):
            services.pretend(run.trigger.get("alarm"))
        with trace.joined(context_of(run, record)):
            done = attempt_step(block, claim.given, services, facts)
        return told_without(done, record.withheld)

    def _calls(self, claim: Claim) -> Calls:
        tenant_id, record = claim.run.tenant_id, claim.record
        who = f"{record.id}:{record.fence}"
        return Calls(rates=self.rates, tenant_id=tenant_id, limits=claim.limits, who=who)

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
                    self.renew(now=self.leased.clock())
            except Exception:
                log.exception("lease_renewal_failed")
