"""The interpreter: what happened goes in, what is to be done comes out.

One pure function over values: no clock, no database, no block. A step ends on exactly one port;
the wires of that port are taken, those of its other ports are dead. A step waits until each wire
to it is taken or dead, and runs if one was taken (or, joining on `any`, at the first one taken);
a step whose wires are all dead is dead itself, and so are the wires that leave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from runtime.flows.model import ERROR_PORT, RetryPolicy
from runtime.runs.plan import Plan, PlanStep
from runtime.runs.state import IDLE, Outcome, Progress, RunState, Status, ended

PAUSE_MAX_S = 3_600.0
_RUNNING, _WAITING, _IDLE = Status.RUNNING, Status.WAITING, Status.IDLE  # quicker to reach


@dataclass(frozen=True, slots=True)
class Started:
    """A trigger started the run."""

    trigger_id: str


@dataclass(frozen=True, slots=True)
class Completed:
    """An attempt of a step left by a port."""

    step: str
    attempt: int
    port: str
    output: Any = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """An attempt of a step sleeps until an instant, then leaves by a port."""

    step: str
    attempt: int
    until: datetime
    port: str
    output: Any = None


@dataclass(frozen=True, slots=True)
class Woken:
    """The instant came that a step waited for."""

    step: str


@dataclass(frozen=True, slots=True)
class Failed:
    """An attempt of a step failed.

    Attributes:
        error: `code` and `message`, and what else explains it.
        retry_after_s: Seconds the other side asked to wait before the next attempt.
    """

    step: str
    attempt: int
    error: Mapping[str, Any]
    is_retryable: bool = False
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Somebody ended the run."""

    reason: str


Event = Started | Completed | Waiting | Woken | Failed | Cancelled


@dataclass(frozen=True, slots=True)
class Perform:
    """Make an attempt of a step, not before an instant when one is given."""

    step: str
    attempt: int
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """The run is over."""

    outcome: Outcome
    error: Mapping[str, Any] | None = None


Command = Perform | Finish


@dataclass(frozen=True, slots=True)
class Advance:
    """The state after the events, and what is to be done, in order."""

    state: RunState
    commands: tuple[Command, ...]


def advance(plan: Plan, state: RunState, events: Iterable[Event], *, now: datetime) -> Advance:
    """Take events into a state.

    An event that does not fit (of another attempt, of a step that ended, of a run that is over)
    changes nothing: results may come late or twice.

    Args:
        plan: The compiled workflow.
        state: Where the run stood.
        events: What happened since, in order.
        now: The present instant; pauses before retries count from it.

    Returns:
        The new state and the commands. The same arguments give the same result.
    """
    work = _Work(plan=plan, now=now, steps=dict(state.steps), trigger_id=state.trigger_id)
    work.outcome, work.error = state.outcome, state.error
    for event in events:
        if work.outcome is None:
            work.take(event)
    if work.outcome is None and work.trigger_id is not None and not work.goes_on():
        work.finish(Outcome.SUCCEEDED)
    after = RunState(
        trigger_id=work.trigger_id, steps=work.steps, outcome=work.outcome, error=work.error
    )
    return Advance(after, tuple(work.commands))


def pause_before(policy: RetryPolicy, *, attempt: int, asked_s: float | None) -> float:
    """Give the seconds to wait before the attempt after `attempt`; what was asked for wins.

    >>> pause_before(RetryPolicy(max=3, base_s=2.0), attempt=3, asked_s=None)
    8.0
    """
    if asked_s is not None:
        return min(max(asked_s, 0.0), PAUSE_MAX_S)
    factor = 2.0 ** min(attempt - 1, 30) if policy.backoff == "exponential" else 1.0
    return min(policy.base_s * factor, PAUSE_MAX_S)


@dataclass(slots=True, kw_only=True)
class _Work:
    """One call of `advance` under way; never leaves it."""

    plan: Plan
    now: datetime
    steps: dict[str, Progress]
    trigger_id: str | None
    commands: list[Command] = field(default_factory=list)
    outcome: Outcome | None = None
    error: Mapping[str, Any] | None = None

    def take(self, event: Event) -> None:
        match event:
            case Completed():
                self._complete(event)
            case Failed():
                self._fail(event)
            case Started():
                self._start(event)
            case Waiting():
                self._wait(event)
            case Woken():
                self._wake(event)
            case Cancelled():
                self._cancel(event)

    def goes_on(self) -> bool:
        for one in reversed(self.steps.values()):  # what goes on is mostly what came last
            if one.status is _RUNNING or one.status is _WAITING:
                return True
        return False

    def finish(self, outcome: Outcome, error: Mapping[str, Any] | None = None) -> None:
        self.outcome, self.error = outcome, error
        self.commands.append(Finish(outcome, error))

    def _start(self, event: Started) -> None:
        if self.trigger_id is not None or event.trigger_id not in self.plan.triggers:
            return
        self.trigger_id = event.trigger_id
        self._follow(
            [
                (target, trigger_id == event.trigger_id)
                for trigger_id, targets in self.plan.triggers.items()
                for target in targets
            ]
        )

    def _current(self, step: str, attempt: int) -> Progress | None:
        found = self.steps.get(step)
        fits = found is not None and found.status is _RUNNING and found.attempt == attempt
        return found if fits else None

    def _complete(self, event: Completed) -> None:
        found = self._current(event.step, event.attempt)
        if found is not None:
            self._leave(event.step, found, event.port, event.output)

    def _wait(self, event: Waiting) -> None:
        found = self._current(event.step, event.attempt)
        if found is not None:
            self.steps[event.step] = found._replace(
                status=Status.WAITING,
                wake_at=event.until,
                port=event.port,
                output=event.output,
            )

    def _wake(self, event: Woken) -> None:
        found = self.steps.get(event.step)
        if found is None or found.status is not Status.WAITING or found.port is None:
            return
        if found.wake_at is not None and found.wake_at <= self.now:
            self._leave(event.step, found, found.port, found.output)

    def _fail(self, event: Failed) -> None:
        found = self._current(event.step, event.attempt)
        if found is None:
            return
        step = self.plan.steps[event.step]
        if event.is_retryable and event.attempt <= step.retry.max:
            self._retry(step, found, event)
        elif step.catches_errors:
            self._leave(event.step, found, ERROR_PORT, {"error": dict(event.error)})
        else:
            self.steps[event.step] = found._replace(status=Status.FAILED)
            self.finish(Outcome.FAILED, {**event.error, "step": event.step})

    def _retry(self, step: PlanStep, found: Progress, event: Failed) -> None:
        pause_s = pause_before(step.retry, attempt=event.attempt, asked_s=event.retry_after_s)
        self.steps[step.id] = found._replace(attempt=found.attempt + 1)
        not_before = self.now + timedelta(seconds=pause_s)
        self.commands.append(Perform(step.id, event.attempt + 1, not_before))

    def _cancel(self, event: Cancelled) -> None:
        self.finish(Outcome.CANCELLED, {"code": "run.cancelled", "message": event.reason})

    def _leave(self, step: str, found: Progress, port: str, output: Any) -> None:
        self.steps[step] = ended(found, port, output)
        follows = self.plan.steps[step].follows
        if follows:
            self._follow([(target, name == port) for name, to in follows.items() for target in to])

    def _follow(self, wires: Sequence[tuple[str, bool]]) -> None:
        """Settle wires as taken or dead, and what that decides, breadth first."""
        queue = list(wires)
        position = 0
        while position < len(queue):
            target, is_taken = queue[position]
            position += 1
            if self._settle(target, is_taken=is_taken):
                follows = self.plan.steps[target].follows.values()
                queue.extend((after, False) for targets in follows for after in targets)

    def _settle(self, step_id: str, *, is_taken: bool) -> bool:
        """Note one wire of a step; True when that makes the step dead."""
        step = self.plan.steps[step_id]
        before = self.steps.get(step_id, IDLE)
        taken, dead = before.taken + is_taken, before.dead + (not is_taken)
        if before.status is not _IDLE:
            self.steps[step_id] = before._replace(taken=taken, dead=dead)
            return False
        all_settled = taken + dead == step.wires_in
        if taken and (all_settled or step.runs_on_any):
            self.steps[step_id] = Progress(_RUNNING, taken, dead, 1)
            self.commands.append(Perform(step_id, 1))
            return False
        status = Status.DEAD if all_settled else _IDLE
        self.steps[step_id] = Progress(status, taken, dead)
        return all_settled
