"""Advances whatever runs are due, in batches of one transaction each.

The runs of a batch are locked, not leased: they are advanced in memory within milliseconds and
written by one commit, so a worker that dies leaves them due, and one that is late finds them
locked or no longer due. Only steps that take long are leased (`runtime.runs.tasks`). A batch ends
by count and by time, and tenants take turns in it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import and_
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.db import after_commit, is_transient, others_wait
from runtime.limits.book import LimitsBook
from runtime.runs._rows import (
    RecordRow,
    RunRow,
    lock_runs,
    open_records,
    write_records,
    write_runs,
)
from runtime.runs._tables import Run
from runtime.runs.admission import Turn, let_go_on, stuck_turns
from runtime.runs.carried import Carried, Segment
from runtime.runs.claims import Claims
from runtime.runs.crowding import let_parked_go_on, with_parked, with_room
from runtime.runs.ending import after_end
from runtime.runs.giving_up import facts_of_fault, give_up, killing
from runtime.runs.measures import count_run, tell_batch
from runtime.runs.outside import Brokers
from runtime.runs.programs import Programs
from runtime.runs.segment import carry_on
from runtime.runs.spans import name_in_log, name_no_more
from runtime.runs.telling import tell, tell_pages
from runtime.runs.watch import Watch
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

BATCH = 16
BATCH_S = 0.05
BATCH_LEAST_S = 0.0005
BUDGET_S = 2.0
DEATHS_MAX = 3
"""So many processes may die of a run that they advance alone; then it is failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """What is needed to advance runs.

    Attributes:
        sessions: Write.
        reading: Only read.
        wake_next: Wakes whoever goes on when this process has done its part.
        limits: Knows tenants' shares and limits.
        watch: Knows which runs a process may have died of.
    """

    sessions: sessionmaker[Session]
    reading: sessionmaker[Session]
    programs: Programs
    brokers: Brokers
    wake_next: Callable[[], None]
    limits: LimitsBook = field(default_factory=LimitsBook)
    claims: Claims = field(default_factory=Claims)
    watch: Watch = field(default_factory=Watch)

    def drain(self) -> None:
        """Advance due runs until none is, or two seconds have passed; then wake the next."""
        ends = time.monotonic() + BUDGET_S
        self.try_suspects(now=utc_now())
        while self.advance_batch():
            if time.monotonic() >= ends:
                self.wake_next()
                break
        self.give_stuck_turns(now=utc_now())

    def advance_batch(self, *, now: datetime | None = None, limit: int = BATCH) -> int:
        """Advance at most `limit` due runs in one transaction; give how many there were.

        All runs of a batch are written together. Should one of them break the batch, everything is
        rolled back and done again with a savepoint around each run, so that only it fails.

        Without `now`, what is due counts from when the batch's turn to write has come: while it
        waited for that, the very run may have become due that is in a hurry.
        """
        try:
            done = self._advance_all(now=now, limit=limit, each_alone=False)
        except Exception as error:  # noqa: BLE001  told apart by the second try
            log.warning("batch_broken", reason=type(error).__name__)
            done = self._advance_all(now=now, limit=limit, each_alone=True)
        self._let_others_go_on(done, now=now or utc_now())
        return len(done)

    def try_suspects(self, *, now: datetime) -> None:
        """Advance the runs that a process may have died of, each alone; fail those that kill."""
        for run_id in self.watch.suspects():
            with self.watch.alone(run_id) as died:
                done = [] if died is None else self._try_suspect(run_id, died, now=now)
            self._let_others_go_on(done, now=now)

    def _try_suspect(self, run_id: UUID, died: int, *, now: datetime) -> list[Carried]:
        is_due = and_(Run.id == run_id, Run.due_at <= now)
        with self.sessions() as session, session.begin(), system(session):
            for run in lock_runs(session, is_due, limit=1):
                fault = killing(run) if died >= DEATHS_MAX else None
                if died > DEATHS_MAX:  # of failing it, too
                    self._give_up(session, run, fault, now=now)
                    break
                records = open_records(session, [run.id]).get(run.id, ())
                return [self._advance_alone(session, run, records, now=now, fault=fault)]
        return []

    def give_stuck_turns(self, *, now: datetime) -> None:
        """Let the runs go on that wait for a turn which nobody gave them."""
        with self.reading() as session, system(session):
            found = stuck_turns(session)
        self._give_turns(found, now=now)

    def _let_others_go_on(self, done: Sequence[Carried], *, now: datetime) -> None:
        """Give turns and room to runs that waited for the end of these.

        In transactions of their own, so that who waits to write does not wait for both; what a
        crash leaves out here, the scheduler finds.
        """
        self._give_turns({one.turn for one in done if one.turn is not None}, now=now)
        ended = Counter(one.ended_of for one in done if one.ended_of is not None)
        if not ended:
            return
        with self.reading() as session, system(session):
            known = self.limits.known(session)
            crowded = with_parked(session, with_room(ended, self.limits, known), self.limits)
        if crowded:
            with self.sessions() as session, session.begin(), system(session):
                let_parked_go_on(session, crowded, known, now=now)

    def _give_turns(self, turns: Iterable[Turn], *, now: datetime) -> None:
        for tenant_id, flow_id, key, most in turns:
            with self.sessions() as session, session.begin(), as_tenant(session, tenant_id):
                let_go_on(session, tenant_id, flow_id, key, most, now=now)

    def _advance_all(self, *, now: datetime | None, limit: int, each_alone: bool) -> list[Carried]:
        with self.sessions() as session, session.begin(), system(session):
            session.connection()  # begins: on SQLite, waits for its turn to write
            now = now or utc_now()
            known = self.limits.known(session)
            runs, few = self.claims.lock_due(session, now=now, limit=limit, limits=known)
            suspects = set(self.watch.suspects())
            runs = [run for run in runs if run.id not in suspects]
            with self.watch.under_way([run.id for run in runs]):
                begun = [run.id for run in runs if run.progress is not None]
                records = open_records(session, begun)
                if not each_alone:
                    return self._advance(session, runs, records, now=now, few=few)
                return [
                    self._advance_alone(session, run, records.get(run.id, []), now=now)
                    for run in runs
                ]

    def _advance(
        self,
        session: Session,
        runs: Sequence[RunRow],
        records: Mapping[UUID, Sequence[RecordRow]],
        *,
        now: datetime,
        few: int = 1,
        fault: Mapping[str, Any] | None = None,
    ) -> list[Carried]:
        began = time.monotonic()
        done: list[tuple[RunRow, Carried]] = []
        for run in runs:
            before = run.state
            name_in_log(run)  # stays when it breaks the batch, so that the log says which did
            with as_tenant(session, run.tenant_id):
                segment = self._segment(session, run, records, now=now, fault=fault)
                carried = self._carry_on(run, segment)
                tell(session, run, before, carried, now=now)
            done.append((run, carried))
            took_s = time.monotonic() - began
            if took_s >= BATCH_S or _has_to_end(session, len(done), few, took_s=took_s):
                break
        name_no_more()
        write_records(session, (record for _, carried in done for record in carried.records))
        write_runs(session, (run for run, _ in done))
        for run, carried in done:
            for action in carried.afterwards:
                with as_tenant(session, run.tenant_id):
                    action()
        if done:
            told = [(run, carried.records, carried.flow) for run, carried in done]
            after_commit(session, partial(tell_batch, told, began=began))
        return [carried for _, carried in done]

    def _segment(
        self,
        session: Session,
        run: RunRow,
        records: Mapping[UUID, Sequence[RecordRow]],
        *,
        now: datetime,
        fault: Mapping[str, Any] | None,
    ) -> Segment:
        return Segment(
            session=session,
            program=self.programs.of(session, run.tenant_id, run.version_id),
            brokers=self.brokers,
            records=records.get(run.id, ()),
            now=now,
            steps_max=self.limits.known(session).of(run.tenant_id).steps_of_a_run,
            fault=fault,
        )

    def _carry_on(self, run: RunRow, segment: Segment) -> Carried:
        carried = carry_on(run, segment)
        program, session, now = segment.program, segment.session, segment.now
        if run.state.is_over:
            carried.ended_of = run.tenant_id
            carried.afterwards.append(partial(after_end, session, run, program, now=now))
            if program.concurrency.policy != "allow":
                key, most = run.concurrency_key, program.concurrency.most
                carried.turn = Turn(run.tenant_id, run.flow_id, key, most)
        return carried

    def _advance_alone(
        self,
        session: Session,
        run: RunRow,
        records: Sequence[RecordRow],
        *,
        now: datetime,
        fault: dict[str, Any] | None = None,
    ) -> Carried:
        """Advance a run so that a fault of its own fails it and nothing else.

        The interpreter fails it, so that it can be undone or taken up again; where that breaks
        too, it is given up as it lies. A deadlock or a lost connection is nobody's fault: the
        batch stays due and is done anew.
        """
        for _ in range(2):
            copies = {run.id: [replace(one) for one in records]}
            try:
                with session.begin_nested():
                    (done,) = self._advance(session, [replace(run)], copies, now=now, fault=fault)
                    return done
            except Exception as error:
                if is_transient(error):
                    raise
                fault = facts_of_fault(run, error)
        self._give_up(session, run, fault, now=now)
        return Carried()

    def _give_up(
        self, session: Session, run: RunRow, fault: dict[str, Any] | None, *, now: datetime
    ) -> None:
        give_up(session, run, fault or {}, now=now)
        count_run(run)
        tell_pages(session, run, now=now)
        self._follow_crash(session, run, now=now)

    def _follow_crash(self, session: Session, run: RunRow, *, now: datetime) -> None:
        """Do what follows any failure: an alarm is raised where asked for."""
        try:
            with session.begin_nested(), as_tenant(session, run.tenant_id):
                program = self.programs.of(session, run.tenant_id, run.version_id)
                after_end(session, run, program, now=now)
        except Exception:  # the run's own failure is written all the same
            log.exception("crash_not_followed", run_id=str(run.id))


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
