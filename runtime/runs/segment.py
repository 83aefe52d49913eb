"""One run carried as far as it goes without leaving this process.

Takes what happened since the run was last seen (results of its steps, waits that ended, what
people wish), lets the interpreter decide, performs light steps on the spot and queues the others.
Nothing is written here but what steps change inside Garland; the caller writes run and attempts
in the same transaction, so that a crash leaves the run as it was, due and untouched.
"""

from __future__ import annotations

import time
from datetime import timedelta

from blocks.registry import Block
from kernel.clock import utc_now
from kernel.errors import NotFoundError
from runtime.expressions.evaluating import ExpressionError
from runtime.flows.model import Step
from runtime.runs._rows import RecordRow, RunRow
from runtime.runs._tables import RunState, StepState
from runtime.runs.advance import advance
from runtime.runs.attempt import (
    Attempted,
    conclude,
    not_given,
    too_many_steps,
    unknown_block,
    why,
    within_limits,
)
from runtime.runs.attempts import Attempts
from runtime.runs.blobs import StorageFullError
from runtime.runs.carried import Carried, Segment
from runtime.runs.events import (
    Abandon,
    Broken,
    Cancelled,
    Command,
    Conclude,
    Concluded,
    Event,
    Finish,
    Opened,
    PassedOver,
    Perform,
    Started,
    Woken,
)
from runtime.runs.holding import GAVE_UP, HELD_S, HOLDING, NEVER, holding_of, let_go_on
from runtime.runs.paths import round_scope, split
from runtime.runs.performing import Performer, kept
from runtime.runs.pins import alone, preset, read_pins, up_to
from runtime.runs.plan import UNDO
from runtime.runs.records import event_of, stow_result, wishes_of, write_result
from runtime.runs.registering import register, release
from runtime.runs.simulating import is_simulated
from runtime.runs.state import RunState as Progress
from runtime.runs.state import Status
from runtime.use.of_blocks import is_somebodys, record_block_uses
from runtime.use.recording import STEPS, record_use

STEPS_A_SEGMENT_MAX = 250
MADE = "attempts"
"""Where a run's progress says how many attempts it made."""
SEGMENT_S = 1.0


def carry_on(run: RunRow, segment: Segment) -> Carried:
    """Advance a run as far as it goes; its row is changed in place."""
    work = _Work(run, segment)
    work.go()
    return work.close()


class _Work:
    def __init__(self, run: RunRow, segment: Segment) -> None:
        self._run = run
        self._segment = segment
        self._session = segment.session
        self._program = segment.program
        self._attempts = Attempts(run, segment.records, now=segment.now)
        self._loops: dict[str, RecordRow] = {}
        self._performer = Performer(
            segment.session, run, segment.program, segment.brokers, now=segment.now
        )
        self._performed, self._ends = 0, time.monotonic() + SEGMENT_S
        self._made = self._made_before = (run.progress or {}).get(MADE, 0)
        self._carried = Carried(flow=segment.program.name)
        self._pins = read_pins(run.pins)
        self._plan = self._program.plan
        if self._pins.only:
            self._plan = alone(self._plan, self._pins.only)
        elif self._pins.until:
            loops = {id_: one.container for id_, one in self._program.steps.items()}
            self._plan = up_to(self._plan, self._pins.until, loops)
        self._holding = holding_of(run.progress, self._pins)
        self._state = self._state_at_first()

    def _state_at_first(self) -> Progress:
        if self._run.progress is not None:
            return Progress.from_document(self._run.progress)
        return preset(self._pins) if self._pins.only else Progress()

    def go(self) -> None:
        events = self._news()
        while events:
            done = advance(self._plan, self._state, events, now=self._segment.now)
            self._state = done.state
            self._end_loops()
            found = [self._do(command) for command in done.commands]
            events = [event for event in found if event is not None]

    def close(self) -> Carried:
        """Bring the row up to date and give what else is to be written."""
        run = self._run
        run.progress, run.wish, run.due_at = self._state.to_document(), None, None
        run.progress[MADE] = self._made
        if self._holding != NEVER:
            run.progress[HOLDING] = self._holding.to_document()
        if not run.state.is_over:
            pending = [at for at in (one.wait_until for one in self._attempts.held_back()) if at]
            wakes = [at for at in (self._state.wake_at, *pending) if at is not None]
            run.due_at = min(wakes, default=None)
            running = self._state.has_running_but(self._holding.at)
            run.state = RunState.RUNNING if running else RunState.WAITING
        self._carried.records.extend(self._attempts.changed())
        self._record_steps()
        return self._carried

    def _record_steps(self) -> None:
        """Record the attempts made here; a run makes its first to its nth attempt only once."""
        run, number = self._run, self._made - self._made_before
        if number and not run.is_trial:
            key = f"{run.id}:{self._made}"
            record_use(self._session, run.tenant_id, STEPS, key, number, now=self._segment.now)
        if not run.is_trial:
            done = [(str(one.id), one.block) for one in self._attempts.changed() if self._used(one)]
            record_block_uses(self._session, run.tenant_id, done, now=self._segment.now)

    def _used(self, record: RecordRow) -> bool:
        """Tell whether a block did what was asked.

        What was kept or taken back is no use, nor is what nobody signed.
        """
        step_id = split(record.step)[1]
        block = self._program.blocks[step_id]
        is_done = record.state is StepState.SUCCEEDED and not record.step.endswith(UNDO)
        is_new = is_done and self._pins.of(step_id) is None
        return is_new and block is not None and is_somebodys(self._session, block)

    def _news(self) -> list[Event]:
        if self._segment.fault is not None:
            return [Broken(self._segment.fault)]
        events: list[Event] = []
        now = self._segment.now
        variables = {**self._program.variables, **self._pins.variables}
        first = Started(self._run.trigger_id, variables)
        begins, is_over = self._state.trigger_id is None, self._state.outcome is not None
        if begins and not is_over:
            events.append(first)
        for record in self._attempts:
            if record.is_unread:
                record.is_unread = False
                self._attempts.change(record)
                events.append(event_of(record))
            elif self._state.of(record.step).status is Status.OPEN:
                self._loops[record.step] = record
        events += [self._wake(path) for path in self._state.due_waits(now)]
        self._holding = let_go_on(self._holding, self._attempts, self._run.wish, now=now)
        events += [Cancelled(GAVE_UP)] if self._holding.is_given_up else self._take_up_held_back()
        events += wishes_of(self._run.wish, is_over=is_over)
        return [*events, first] if begins and is_over else events

    def _wake(self, path: str) -> Event:
        found = self._state.of(path)
        record = self._attempts.find(path, found.attempt)
        if (
            record is not None
            and found.status is Status.WAITING
            and record.state is StepState.WAITING
        ):
            self._attempts.end(record, StepState.SUCCEEDED)
            self._release(record)
        return Woken(path)

    def _take_up_held_back(self) -> list[Event]:
        now = self._segment.now
        ready = [one for one in self._attempts.held_back() if (one.wait_until or now) <= now]
        found = [self._perform(Perform(one.step, one.attempt)) for one in ready]
        return [event for event in found if event is not None]

    def _do(self, command: Command) -> Event | None:
        match command:
            case Perform():
                return self._perform(command)
            case PassedOver():
                return self._pass_over(command)
            case Conclude():
                return self._conclude(command)
            case Abandon():
                self._abandon(command)
            case Finish():
                self._finish(command)
        return None

    def _perform(self, command: Perform) -> Event | None:
        step_id = split(command.step)[1]
        step, block = self._program.steps[step_id], self._program.blocks[step_id]
        if self._attempts.find(command.step, command.attempt) is None:
            self._made += 1
            if self._made > self._segment.steps_max and not command.step.endswith(UNDO):
                return Broken(too_many_steps(self._segment.steps_max, command.step))
        record = self._attempts.of(step, command)
        pinned = self._pins.of(step_id)
        if pinned is not None:
            return self._settle(record, kept(pinned, command))
        if block is None:
            event = unknown_block(step, command.step, command.attempt)
            return self._settle(record, Attempted(event=event))
        if self._holding.holds(command):
            self._holding = self._holding.held(command.step)
            record.wait_until = self._segment.now + timedelta(seconds=HELD_S)
            return None
        return self._perform_block(command, record, step, block)

    def _pass_over(self, command: PassedOver) -> Event | None:
        """Note that a step was switched off; a loop of such steps is as long as any."""
        step = self._program.steps[split(command.step)[1]]
        record = self._attempts.of(step, Perform(command.step, 1))
        record.port, record.output = command.port, {}
        self._attempts.end(record, StepState.PASSED)
        self._made += 1
        if self._made > self._segment.steps_max:
            return Broken(too_many_steps(self._segment.steps_max, command.step))
        return None

    def _perform_block(
        self, command: Perform, record: RecordRow, step: Step, block: Block
    ) -> Event | None:
        manifest = block.manifest
        is_inline = manifest.behaviour.inline or is_simulated(self._run, step.id, manifest)
        if self._has_to_wait(record, command, is_inline=is_inline):
            return None
        try:
            self._performer.give(self._state, step, record)
        except (ExpressionError, NotFoundError, StorageFullError) as error:
            event = not_given(command.step, command.attempt, error)
            return self._settle(record, Attempted(event=event))
        if not is_inline:
            self._queue(record, step, command)
            return None
        return self._settle(record, self._performer.attempt(block, record, step))

    def _has_to_wait(self, record: RecordRow, command: Perform, *, is_inline: bool) -> bool:
        """Hold a step back: a light one for its pause, any because this segment did enough."""
        self._performed += 1
        is_enough = self._performed > STEPS_A_SEGMENT_MAX or time.monotonic() > self._ends
        if not (is_enough if command.not_before is None else is_inline):
            return False
        record.state = StepState.QUEUED
        record.wait_until = command.not_before or self._segment.now
        return True

    def _queue(self, record: RecordRow, step: Step, command: Perform) -> None:
        record.due_at = command.not_before or self._segment.now
        record.worker_group = step.worker_group
        self._carried.worker_groups.add(step.worker_group)

    def _settle(self, record: RecordRow, done: Attempted) -> Event | None:
        """Write what an attempt came to; what it waits for may have happened already."""
        run = self._run
        done = stow_result(self._session, run.tenant_id, run.id, done, now=self._segment.now)
        write_result(record, done, now=utc_now())
        if isinstance(done.event, Opened):
            self._loops[record.step] = record
        if done.waits_for is None:
            return done.event
        known = register(
            self._session,
            self._run,
            record,
            done.waits_for,
            flow_name=self._program.name,
            now=self._segment.now,
        )
        if known is None:
            return done.event
        write_result(record, Attempted(event=known, logs=done.logs), now=utc_now())
        return known

    def _conclude(self, command: Conclude) -> Event | None:
        scope = round_scope(command.step, command.round)
        if scope not in self._state.scopes:
            return None
        step = self._program.steps[split(command.step)[1]]
        try:
            variables = self._performer.variables(self._state, scope, None)
            concluded = conclude(step, command.step, command.round, variables)
        except (ExpressionError, NotFoundError) as error:
            return Concluded(command.step, command.round, error=why(error))
        return within_limits(concluded, self._state.loops[command.step])

    def _end_loops(self) -> None:
        """Write the records of loops that are over."""
        for path, record in list(self._loops.items()):
            found = self._state.of(path)
            if found.status is Status.OPEN:
                continue
            del self._loops[path]
            record.port = found.port
            record.output = self._performer.stow(found.output)
            if found.status is Status.DONE:
                self._state = self._state.with_output(path, record.output)
            ended = {Status.DONE: StepState.SUCCEEDED, Status.FAILED: StepState.FAILED}
            self._attempts.end(record, ended.get(found.status, StepState.CANCELLED))

    def _abandon(self, command: Abandon) -> None:
        record = self._attempts.find(command.step, command.attempt)
        if record is not None and record.ended_at is None:
            self._attempts.end(record, StepState.CANCELLED)
            self._release(record)

    def _release(self, record: RecordRow) -> None:
        block = self._program.blocks[split(record.step)[1]]
        control = block.manifest.behaviour.control if block is not None else None
        later = release(self._session, self._run, record, control, now=self._segment.now)
        if later is not None:
            self._carried.afterwards.append(later)

    def _finish(self, command: Finish) -> None:
        run = self._run
        run.state = RunState(command.outcome.value)
        run.error = dict(command.error) if command.error is not None else None
        run.output, run.ended_at = command.output, utc_now()
