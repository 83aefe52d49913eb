"""One run carried as far as it goes without leaving this process.

Takes what happened since the run was last seen (results of its steps, waits that ended), lets the
interpreter decide, performs light steps on the spot and queues the others. Everything is written
in the caller's transaction: a crash leaves the run as it was, due and untouched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from blocks.registry import Block
from kernel.clock import format_instant, utc_now
from kernel.ids import new_id
from runtime.flows.expressions import ExpressionError
from runtime.flows.model import Step
from runtime.runs._tables import Run, RunState, StepRecord, StepState
from runtime.runs.advance import (
    Completed,
    Event,
    Failed,
    Finish,
    Perform,
    Started,
    Waiting,
    Woken,
    advance,
)
from runtime.runs.attempt import (
    Attempted,
    Given,
    attempt_step,
    facts_of,
    give,
    not_given,
    simulate_step,
    unknown_block,
)
from runtime.runs.effects import apply_effects
from runtime.runs.programs import Program
from runtime.runs.services import Brokers, TenantServices
from runtime.runs.state import RunState as Progress

STEPS_A_SEGMENT_MAX = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What one call of `carry_on` needs beside the run.

    Attributes:
        records: The run's attempts under way and those whose result it has not seen.
    """

    session: Session
    program: Program
    brokers: Brokers
    records: Iterable[StepRecord]
    now: datetime


def carry_on(run: Run, segment: Segment) -> bool:
    """Advance a run; True when steps were queued for the workers that perform them."""
    work = _Work(run, segment)
    work.go()
    work.close()
    return work.has_queued


class _Work:
    def __init__(self, run: Run, segment: Segment) -> None:
        self._run = run
        self._segment = segment
        self._session = segment.session
        self._program = segment.program
        self._records = {(record.step, record.attempt): record for record in segment.records}
        self._services = TenantServices(self._session, run.tenant_id, segment.brokers)
        self._performed = 0
        self.has_queued = False
        self._state = (
            Progress.from_document(run.progress) if run.progress is not None else Progress()
        )

    def go(self) -> None:
        events = self._news()
        while events or self._state.trigger_id is None:
            step = advance(self._program.plan, self._state, events, now=self._segment.now)
            self._state = step.state
            events = []
            for command in step.commands:
                if isinstance(command, Finish):
                    self._finish(command)
                    return
                event = self._perform(command)
                if event is not None:
                    events.append(event)

    def _news(self) -> list[Event]:
        events: list[Event] = []
        if self._state.trigger_id is None:
            events.append(Started(self._run.trigger_id))
        for record in self._records.values():
            if record.is_unread:
                record.is_unread = False
                events.append(_event_of(record))
        for step in self._state.due_waits(self._segment.now):
            events.append(Woken(step))
            record = self._records[(step, self._state.of(step).attempt)]
            record.state, record.ended_at = StepState.SUCCEEDED, self._segment.now
        return events

    def _perform(self, command: Perform) -> Event | None:
        step = self._program.steps[command.step]
        block = self._program.blocks[command.step]
        record = self._record(step, command)
        if block is None:
            return self._settle(record, Attempted(event=unknown_block(step, command.attempt)))
        try:
            given = give(block, step, self._variables())
        except ExpressionError as error:
            event = not_given(step.id, command.attempt, error)
            return self._settle(record, Attempted(event=event))
        record.config, record.input = given.config, given.input
        if command.not_before is not None or not self._is_light(block):
            self._queue(record, command)
            return None
        return self._settle(record, self._attempt(block, given, record, step))

    def _attempt(self, block: Block, given: Given, record: StepRecord, step: Step) -> Attempted:
        record.started_at = utc_now()
        facts = facts_of(
            str(self._run.id),
            step,
            record.attempt,
            flow=self._program.name,
            now=self._segment.now,
        )
        if is_simulated(self._run, block):
            return simulate_step(block, facts)
        done = attempt_step(block, given, self._services, facts)
        by = f"workflow {self._program.name}"
        refused = apply_effects(
            self._session, self._run.tenant_id, done.effects, by=by, now=self._segment.now
        )
        if refused is not None:
            error = {"code": refused.code, "message": refused.message}
            return Attempted(event=Failed(step.id, record.attempt, error), logs=done.logs)
        return done

    def _is_light(self, block: Block) -> bool:
        self._performed += 1
        within = self._performed <= STEPS_A_SEGMENT_MAX
        return within and (block.manifest.behaviour.inline or is_simulated(self._run, block))

    def _record(self, step: Step, command: Perform) -> StepRecord:
        record = StepRecord(
            id=new_id(),
            tenant_id=self._run.tenant_id,
            run_id=self._run.id,
            step=command.step,
            attempt=command.attempt,
            block=f"{step.block}@{step.version}",
            state=StepState.QUEUED,
            config={},
            input={},
            queued_at=self._segment.now,
        )
        self._records[(command.step, command.attempt)] = record
        self._session.add(record)
        return record

    def _queue(self, record: StepRecord, command: Perform) -> None:
        record.due_at = command.not_before or self._segment.now
        self.has_queued = True

    def _settle(self, record: StepRecord, done: Attempted) -> Event:
        write_result(record, done, now=utc_now())
        return done.event

    def _variables(self) -> Mapping[str, Any]:
        run = {"id": str(self._run.id), "started_at": format_instant(self._run.started_at)}
        return {"trigger": self._run.trigger, "steps": self._state.outputs(), "run": run}

    def _finish(self, command: Finish) -> None:
        self._run.state = RunState(command.outcome.value)
        self._run.error = dict(command.error) if command.error is not None else None
        self._run.ended_at = utc_now()
        for record in self._records.values():
            if record.state in (StepState.QUEUED, StepState.WAITING):
                record.state, record.due_at = StepState.CANCELLED, None

    def close(self) -> None:
        run = self._run
        run.progress = self._state.to_document()
        run.due_at = None
        if not run.state.is_over:
            run.due_at = self._state.wake_at
            running = self._state.has_running
            run.state = RunState.RUNNING if running else RunState.WAITING


def is_simulated(run: Run, block: Block) -> bool:
    """Tell whether a trial answers for this block instead of running it."""
    writes = block.manifest.behaviour.effects == "write"
    return run.is_trial and not run.allows_effects and writes


def write_result(record: StepRecord, done: Attempted, *, now: datetime) -> None:
    """Write what an attempt came to into its record."""
    record.due_at = None
    record.started_at = record.started_at or now
    if done.logs:
        record.logs = [{"level": line.level, "message": line.message} for line in done.logs]
    event = done.event
    if isinstance(event, Failed):
        record.state, record.ended_at = StepState.FAILED, now
        record.error = {
            **event.error,
            "retryable": event.is_retryable,
            "retry_after_s": event.retry_after_s,
        }
        return
    record.port, record.output = event.port, event.output
    if isinstance(event, Waiting):
        record.state, record.wait_until = StepState.WAITING, event.until
    else:
        record.state, record.ended_at = StepState.SUCCEEDED, now


def _event_of(record: StepRecord) -> Event:
    if record.state is StepState.FAILED:
        error = dict(record.error or {})
        retryable = bool(error.pop("retryable", False))
        asked_s = error.pop("retry_after_s", None)
        return Failed(record.step, record.attempt, error, retryable, asked_s)
    if record.state is StepState.WAITING and record.wait_until is not None:
        return Waiting(
            record.step, record.attempt, record.wait_until, record.port or "", record.output
        )
    return Completed(record.step, record.attempt, record.port or "done", record.output)
