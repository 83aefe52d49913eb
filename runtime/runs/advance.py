"""The interpreter: what happened goes in, what is to be done comes out.

One pure function over values: no clock, no database, no block. A step ends on exactly one port;
the wires of that port are taken, those of its other ports are dead. A step waits until each wire
to it is taken or dead, and runs if one was taken (or as soon as as many were taken as its join
asks for); a step that cannot run any more is dead itself, and so are the wires that leave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from blocks.manifest import Retry
from runtime.flows.model import ERROR_PORT
from runtime.runs._work import Work
from runtime.runs.events import (
    Broken,
    Cancelled,
    Command,
    Completed,
    Concluded,
    Ended,
    Event,
    Failed,
    Opened,
    Perform,
    Reopened,
    Started,
    Waiting,
    Woken,
)
from runtime.runs.loops import DONE_PORT, conclude, fail_in, open_loop, wake_loop
from runtime.runs.paths import split
from runtime.runs.plan import UNDO, Plan
from runtime.runs.state import Outcome, Progress, RunState, Status, ended
from runtime.runs.undoing import finish, reopen, stop_undoing, taken_back

_LIVE = (Status.RUNNING, Status.WAITING)


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
    work = Work(plan, state, now)
    for event in events:
        if work.outcome is None:
            _take(work, event)
        elif isinstance(event, Reopened):
            reopen(work, event)
    if _is_through(work):
        finish(work, Outcome.SUCCEEDED)
    return Advance(work.state(), tuple(work.commands))


def pause_before(
    policy: Retry, *, attempt: int, asked_s: float | None, spread: float = 0.5
) -> float:
    """Give the pause in seconds after an attempt failed; what the other side asks for wins.

    Args:
        policy: The step's or its block's.
        attempt: Which attempt failed, 1 for the first.
        asked_s: What the other side asked for, in seconds; None for nothing.
        spread: Where in the jitter it falls, 0 (soonest) to 1 (latest).

    >>> pause_before(Retry(max=3, base_s=2.0), attempt=3, asked_s=None)
    8.0
    """
    if asked_s is not None:
        return min(max(asked_s, 0.0), policy.max_s)
    factor = 2.0 ** min(attempt - 1, 30) if policy.backoff == "exponential" else 1.0
    pause_s = min(policy.base_s * factor, policy.max_s)
    return pause_s * (1.0 + policy.jitter * (2.0 * spread - 1.0))


def _is_through(work: Work) -> bool:
    is_under_way = work.outcome is None and work.trigger_id is not None and work.undo is None
    return is_under_way and not work.goes_on("")


def _take(work: Work, event: Event) -> None:  # noqa: C901, PLR0912  one line for each kind of event
    match event:
        case Completed():
            _complete(work, event)
        case Failed():
            _fail(work, event)
        case Started():
            _start(work, event)
        case Waiting():
            _wait(work, event)
        case Woken():
            _wake(work, event)
        case Opened():
            found = work.current(event.step, event.attempt, Status.RUNNING)
            if found is not None:
                open_loop(work, found, event)
        case Concluded():
            conclude(work, event)
        case Ended():
            _end(work, event)
        case Cancelled():
            error = {"code": "run.cancelled", "message": event.reason}
            _stop(work, Outcome.CANCELLED, error)
        case Broken():
            _stop(work, Outcome.FAILED, event.error)


def _start(work: Work, event: Started) -> None:
    if work.trigger_id is not None or event.trigger_id not in work.plan.triggers:
        return
    work.trigger_id, work.variables = event.trigger_id, event.variables
    work.follow(
        "",
        [
            (target, trigger_id == event.trigger_id)
            for trigger_id, targets in work.plan.triggers.items()
            for target in targets
        ],
    )


def _complete(work: Work, event: Completed) -> None:
    found = work.current(event.step, event.attempt, *_LIVE)
    if found is None:
        return
    if event.variables:
        work.variables = {**work.variables, **event.variables}
    _leave(work, event.step, found, event.port, event.output)


def _leave(work: Work, path: str, found: Progress, port: str, output: object) -> None:
    if path.endswith(UNDO):
        taken_back(work, path, found, port=port, output=output)
    else:
        work.leave(path, found, port, output)


def _wait(work: Work, event: Waiting) -> None:
    found = work.current(event.step, event.attempt, Status.RUNNING)
    if found is not None:
        waiting = found._replace(
            status=Status.WAITING, wake_at=event.until, port=event.port, output=event.output
        )
        work.put(event.step, waiting)


def _wake(work: Work, event: Woken) -> None:
    found = work.of(event.step)
    if found.wake_at is None or found.wake_at > work.now:
        return
    if found.status is Status.OPEN:
        wake_loop(work, event.step, found)
    elif found.status is Status.WAITING and found.port is not None:
        _leave(work, event.step, found, found.port, found.output)


def _fail(work: Work, event: Failed) -> None:
    found = work.current(event.step, event.attempt, *_LIVE)
    if found is None:
        return
    step = work.plan.steps[split(event.step)[1]]
    if event.is_retryable and event.attempt - found.since < step.retry.max:
        _retry(work, found, event, step.retry)
    elif event.step.endswith(UNDO):
        taken_back(work, event.step, found, port=None, output=None)
    elif step.catches_errors:
        work.leave(event.step, found, ERROR_PORT, {"error": dict(event.error)})
    else:
        work.put(event.step, found._replace(status=Status.FAILED, wake_at=None))
        fail_in(work, event.step, event.error)


def _retry(work: Work, found: Progress, event: Failed, policy: Retry) -> None:
    pause_s = pause_before(
        policy,
        attempt=event.attempt - found.since + 1,
        asked_s=event.retry_after_s,
        spread=event.spread,
    )
    again = found._replace(status=Status.RUNNING, attempt=found.attempt + 1, wake_at=None)
    work.put(event.step, again)
    not_before = work.now + timedelta(seconds=pause_s)
    work.commands.append(Perform(event.step, again.attempt, not_before))


def _end(work: Work, event: Ended) -> None:
    found = work.current(event.step, event.attempt, Status.RUNNING)
    if found is None:
        return
    if event.step.endswith(UNDO):
        taken_back(work, event.step, found, port=DONE_PORT, output=event.output)
        return
    work.put(event.step, ended(found, DONE_PORT, event.output))
    finish(work, Outcome.SUCCEEDED, output=event.output)


def _stop(work: Work, outcome: Outcome, error: Mapping[str, Any]) -> None:
    if work.undo is not None:
        stop_undoing(work)
    else:
        finish(work, outcome, error)
