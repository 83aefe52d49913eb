"""Steps taken with a lease and a fence number: claimed, kept, put back, and their results written.

`due_at` doubles as the lease's end: a claimed step becomes due again when its worker stops
renewing, and the same query that finds new work finds it. A result is written only under the fence
it was claimed with, so a worker that was thought dead and comes back late changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.db import is_transient
from kernel.errors import GarlandError
from runtime.leases import process_name
from runtime.limits.book import LimitsBook
from runtime.limits.model import Limits
from runtime.metrics import STEP_QUEUE_SECONDS, STEPS_FENCED, group_name, seconds_between
from runtime.runs._rows import RecordRow, RunRow, load_runs, lock_records, write_records
from runtime.runs._tables import Run, StepRecord, StepState
from runtime.runs.attempt import Attempted, Given
from runtime.runs.blobs import fetch
from runtime.runs.claims import StepClaims
from runtime.runs.effects import apply_effects
from runtime.runs.events import Failed
from runtime.runs.paths import split
from runtime.runs.programs import Program, Programs
from runtime.runs.recording import record_result
from runtime.runs.records import stow_result, write_result
from runtime.runs.waits import make_due
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

LEASE_S = 15.0


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedSteps:
    """Takes due steps for one process.

    Attributes:
        worker_groups: The groups whose steps it takes.
        limits: Knows tenants' shares and limits.
        clock: Gives the present instant.
    """

    sessions: sessionmaker[Session]
    programs: Programs
    worker_groups: Sequence[str] = ("",)
    limits: LimitsBook = field(default_factory=LimitsBook)
    clock: Callable[[], datetime] = utc_now
    owner: str = field(default_factory=process_name)
    claims: StepClaims = field(default_factory=StepClaims)

    def claim(self, *, now: datetime, crowding: Collection[UUID] = ()) -> Claim | None:
        """Claim the step whose tenant's turn it is, or None when none is due.

        Tenants in `crowding` wait.
        """
        with self.sessions() as session, session.begin(), system(session):
            known = self.limits.known(session)
            while True:
                record = self.claims.lock_due(
                    session, self.worker_groups, now=now, limits=known, crowding=crowding
                )
                if record is None:
                    return None
                (run,) = load_runs(session, [record.run_id])
                if run.state.is_over:
                    record.state = StepState.CANCELLED
                    record.due_at = record.withheld = None
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

    def renew(self, held: Collection[UUID], *, now: datetime) -> None:
        """Extend the leases of steps under way here, by the ids of their records."""
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

    def put_back(self, claim: Claim, *, until: datetime) -> bool:
        """Queue a step again as if it had not been claimed; False when the lease was lost."""
        with self.sessions() as session, session.begin(), as_tenant(session, claim.run.tenant_id):
            record = self._still_ours(session, claim)
            if record is None:
                return False
            record.state, record.due_at = StepState.QUEUED, until
            record.lease_owner = record.started_at = None
            with system(session):  # an UPDATE by key; the key was read as the tenant's own
                write_records(session, [record])
        return True

    def record(self, claim: Claim, done: Attempted) -> bool:
        """Write what came of a claimed step, under its fence; False when the lease was lost."""
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
                done = apply_effects(session, claim.run, done, by=by, now=now)
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
        code = known.code if known else "core.fault"
        message = known.message if known else "This step could not be begun."
        failed = Failed(record.step, record.attempt, {"code": code, "message": message})
        write_result(record, Attempted(event=failed), now=now)
        record.is_unread = True
        write_records(session, [record])
        make_due(session, record.tenant_id, record.run_id, now=now)

    def _claim_of(self, session: Session, record: RecordRow, run: RunRow, limits: Limits) -> Claim:
        program = self.programs.of(session, run.tenant_id, run.version_id)
        config = fetch(session, run.tenant_id, record.config)
        given = Given(
            config={**config, **record.withheld} if record.withheld else config,
            input=fetch(session, run.tenant_id, record.input),
        )
        return Claim(record=record, run=run, program=program, given=given, limits=limits)
