"""Plays a workflow in memory: the same interpreter, expressions and blocks as in an installation.

Time is skipped rather than waited for, people approve, what is waited for happens, and workflows
that are called give nothing: each such liberty is noted in the trace. Changes inside Garland are
told, not made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blocks.outcomes import Await, Call
from blocks.registry import Block, Registry
from blocks.services import Services
from kernel.clock import format_instant
from runtime.expressions.evaluating import ExpressionError
from runtime.flows.model import Step
from runtime.rehearsal.answers import answered
from runtime.rehearsal.trace import Line, Rehearsed, line_of, off_line
from runtime.runs.advance import advance
from runtime.runs.attempt import (
    Attempted,
    Given,
    attempt_step,
    conclude,
    facts_of,
    give,
    not_given,
    simulate_step,
    unknown_block,
)
from runtime.runs.events import (
    Abandon,
    Command,
    Completed,
    Conclude,
    Event,
    Finish,
    PassedOver,
    Perform,
    Started,
    Woken,
)
from runtime.runs.paths import round_scope, split
from runtime.runs.programs import Program, compile_program
from runtime.runs.state import RunState as Progress
from runtime.runs.withheld import parted, told_without

ATTEMPTS_MAX = 10_000
RUN_ID = "rehearsal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How a document is played.

    Attributes:
        mock: Whether blocks that call the outside are answered for.
        sleep: Waits for so many seconds; None skips waits.
        answers: By step, what it comes to instead of being performed: the port, or `port` with
            `output`. The port `error` lets it fail for good.
        attempts_max: After so many attempts it is stopped.
    """

    registry: Registry
    services: Services
    mock: bool = False
    sleep: Callable[[float], None] | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    attempts_max: int = ATTEMPTS_MAX

    def play(
        self,
        document: Mapping[str, Any],
        trigger: Mapping[str, Any],
        trigger_id: str,
        now: datetime,
    ) -> Rehearsed:
        """Play a checked document from a trigger to its end."""
        return _Playing(self, compile_program(document, self.registry), trigger, now).go(trigger_id)


class _Playing:
    """One rehearsal under way."""

    def __init__(
        self, how: Rehearsal, program: Program, trigger: Mapping[str, Any], now: datetime
    ) -> None:
        self._how, self._program, self._trigger = how, program, trigger
        self._now = self._began = now
        self._state = Progress()
        self._later: list[Perform] = []
        self._trace: list[Line] = []
        self._over: Finish | None = None

    def go(self, trigger_id: str) -> Rehearsed:
        events: list[Event] = [Started(trigger_id, self._program.variables)]
        while events and len(self._trace) < self._how.attempts_max:
            done = advance(self._program.plan, self._state, events, now=self._now)
            self._state = done.state
            found = [self._do(command) for command in done.commands]
            events = [event for event in found if event is not None] or self._wait()
        return self._result()

    def _result(self) -> Rehearsed:
        over = self._over
        reason = "it waits for what never comes here"
        if len(self._trace) >= self._how.attempts_max:
            reason = f"it made {self._how.attempts_max:,} attempts and was stopped"
        stopped = {"code": "rehearsal.stopped", "message": reason}
        return Rehearsed(
            state=over.outcome.value if over else "stopped",
            output=over.output if over else None,
            error=over.error if over else stopped,
            variables=self._state.variables,
            trace=tuple(self._trace),
            skipped_s=(self._now - self._began).total_seconds(),
        )

    def _do(self, command: Command) -> Event | None:
        if isinstance(command, Finish):
            self._over = command
        elif isinstance(command, Conclude):
            return self._conclude(command)
        elif isinstance(command, Abandon):
            gone = (command.step, command.attempt)
            self._later = [one for one in self._later if (one.step, one.attempt) != gone]
        elif isinstance(command, PassedOver):
            step = self._program.steps[split(command.step)[1]]
            self._trace.append(off_line(command, f"{step.block}@{step.version}"))
        elif isinstance(command, Perform):
            if command.not_before is not None and command.not_before > self._now:
                self._later.append(command)
                return None
            return self._perform(command)
        return None

    def _wait(self) -> list[Event]:
        """Let time pass until the next thing is due; nothing when the run is over."""
        if self._over is not None:
            return []
        pauses = [one.not_before for one in self._later if one.not_before is not None]
        wakes = [at for at in (self._state.wake_at, *pauses) if at is not None]
        if not wakes:
            return []
        until = max(self._now, min(wakes))
        if self._how.sleep is not None:
            self._how.sleep((until - self._now).total_seconds())
        self._now = until
        due = [one for one in self._later if one.not_before is not None and one.not_before <= until]
        self._later = [one for one in self._later if one not in due]
        return [
            *(Woken(path) for path in self._state.due_waits(until)),
            *(self._perform(one) for one in due),
        ]

    def _perform(self, command: Perform) -> Event:
        id_ = split(command.step)[1]
        step, block = self._program.steps[id_], self._program.blocks[id_]
        given, notes = Given(config={}, input={}), [""]
        if block is None:
            done = Attempted(event=unknown_block(step, command.step, command.attempt))
        else:
            try:
                given = self._given(step, split(command.step)[0])
                done, notes = self._attempt(command, step, block, given)
            except ExpressionError as error:
                done = Attempted(event=not_given(command.step, command.attempt, error))
        name, seen = f"{step.block}@{step.version}", (given.config, given.input)
        self._trace.append(line_of(command, name, done, seen, filter(None, notes)))
        return done.event

    def _given(self, step: Step, scope: str) -> Given:
        configs, inputs = self._program.configs, self._program.inputs
        given = give(configs[step.id], inputs[step.id], self._variables(scope))
        shown, _ = parted(self._program.blocks[step.id], given.config)
        return Given(config=shown, input=given.input)

    def _attempt(
        self, command: Perform, step: Step, block: Block, given: Given
    ) -> tuple[Attempted, list[str]]:
        path, attempt, name = command.step, command.attempt, self._program.name
        facts = facts_of(RUN_ID, step, path, attempt, flow=name, now=self._now)
        if step.id in self._how.answers:
            return answered(block, command, self._how.answers[step.id]), ["answered for"]
        if block.manifest.behaviour.control == "approval":
            return simulate_step(block, facts), ["approved at once"]
        if self._how.mock and _reaches_out(block):
            return simulate_step(block, facts), ["mocked by its first example"]
        decided = block.decided
        if decided is not None:
            given = Given(config={**given.config, **decided.hidden}, input=given.input)
        done = attempt_step(block, given, self._how.services, facts)
        return self._liberties(told_without(done, decided.hidden if decided is not None else None))

    def _liberties(self, done: Attempted) -> tuple[Attempted, list[str]]:
        """Let happen at once what in an installation others would have to do."""
        notes = [
            f"would change: {one.kind} {one.target} {json.dumps(dict(one.fields))}"
            for one in done.effects
        ]
        path, attempt = done.event.step, done.event.attempt
        match done.waits_for:
            case Await() as wanted:
                about_alarm = wanted.kind.startswith("alarm")
                happened = {"alarm": self._trigger.get("alarm", {})} if about_alarm else {}
                event = Completed(path, attempt, wanted.port, happened)
                return Attempted(event=event), [*notes, f"{wanted.kind}: taken as happened"]
            case Call() as called:
                event = Completed(path, attempt, "done", {})
                return Attempted(event=event), [*notes, f"{called.flow} was not called"]
        return done, notes

    def _conclude(self, command: Conclude) -> Event | None:
        scope = round_scope(command.step, command.round)
        if scope not in self._state.scopes:
            return None
        step = self._program.steps[split(command.step)[1]]
        try:
            return conclude(step, command.step, command.round, self._variables(scope))
        except ExpressionError as error:
            return not_given(command.step, self._state.of(command.step).attempt, error)

    def _variables(self, scope: str) -> Mapping[str, Any]:
        found = {
            "trigger": self._trigger,
            "steps": self._state.seen_from(scope),
            "run": {"id": RUN_ID, "started_at": format_instant(self._began)},
            "vars": self._state.variables,
        }
        return {**found, "item": self._state.item_in(scope)} if scope else found


def _reaches_out(block: Block) -> bool:
    """Tell whether a block does more than work on what it is given."""
    behaviour = block.manifest.behaviour
    return behaviour.effects == "write" or not behaviour.inline
