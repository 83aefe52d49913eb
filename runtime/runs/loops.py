"""Loops: a step with a body that is run once for each item, or again until it is enough.

Each round has a scope of its own, dropped when the round is settled unless one of its steps may
still have to be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from runtime.flows.model import ERROR_PORT
from runtime.runs._work import Work
from runtime.runs.events import Concluded, Opened
from runtime.runs.paths import is_inside, is_within, loop_of, round_scope, split
from runtime.runs.state import LoopState, Outcome, Progress, Status
from runtime.runs.undoing import finish

DONE_PORT, EXHAUSTED_PORT = "done", "exhausted"


def open_loop(work: Work, found: Progress, event: Opened) -> None:
    """Begin a loop with as many rounds as may run at once."""
    work.put(event.step, found._replace(status=Status.OPEN))
    work.loops[event.step] = LoopState(
        items=event.items,
        rounds_max=event.rounds_max if event.items is None else len(event.items),
        at_once=event.at_once if event.items is not None else 1,
        keeps_going=event.keeps_going and event.items is not None,
        pause_s=event.pause_s,
    )
    _go_on(work, event.step)


def conclude(work: Work, event: Concluded) -> None:
    """Take what a round came to; what was not asked for, or comes late, changes nothing."""
    state = work.loops.get(event.step)
    scope = round_scope(event.step, event.round)
    if state is None or work.of(event.step).status is not Status.OPEN:
        return
    if scope not in work.scopes or state.results[event.round] or work.goes_on(scope):
        return
    if event.error is not None:
        told = {"step": event.step, **event.error}
        if not _fail_round(work, event.step, event.round, told):
            fail_in(work, event.step, told)
        return
    work.loops[event.step] = _settled(state, event.round, event.value)
    _drop(work, scope)
    if state.items is not None:
        _go_on(work, event.step)
    else:
        _repeat(work, event.step, event.value, goes_on=event.goes_on)


def wake_loop(work: Work, path: str, found: Progress) -> None:
    """Begin the round a loop paused before."""
    work.put(path, found._replace(wake_at=None))
    work.open_round(path)


def fail_in(work: Work, path: str, error: Mapping[str, Any]) -> None:
    """Carry a failure nothing caught outwards: from its round to the loop, in the end to the run.

    A loop that keeps going notes it as the round's value; one that doesn't fails itself.
    """
    told = {"step": path, **error}
    scope = split(path)[0]
    while scope:
        loop, number = loop_of(scope)
        if _fail_round(work, loop, number, told):
            return
        scope = split(loop)[0]
    finish(work, Outcome.FAILED, told)


def _fail_round(work: Work, loop: str, number: int, error: Mapping[str, Any]) -> bool:
    """Fail a round, and with it a loop that does not keep going; True when that is the end of it.

    It is when the loop goes on, or its error port catches the failure.
    """
    if work.loops[loop].keeps_going:
        scope = round_scope(loop, number)
        work.abandon([one for one in work.scopes if is_within(one, scope)])
        state = _settled(work.loops[loop], number, {"error": dict(error)})
        work.loops[loop] = state._replace(failed=state.failed + 1)
        _drop(work, scope)
        _go_on(work, loop)
        return True
    work.abandon([one for one in work.scopes if is_inside(one, loop)])
    if work.plan.steps[split(loop)[1]].catches_errors:
        _close(work, loop, ERROR_PORT, {"error": dict(error)})
        return True
    work.put(loop, work.of(loop)._replace(status=Status.FAILED))
    return False


def _settled(state: LoopState, number: int, value: Any) -> LoopState:
    results = (*state.results[:number], (value,), *state.results[number + 1 :])
    return state._replace(results=results, settled=state.settled + 1)


def _go_on(work: Work, loop: str) -> None:
    """Open as many rounds as may run at once, or close the loop when all are settled."""
    if work.loops[loop].items is None:
        work.open_round(loop)
        return
    while True:
        state = work.loops[loop]
        if state.opened == state.rounds_max or state.opened - state.settled >= state.at_once:
            break
        work.open_round(loop)
    if state.settled == state.rounds_max:
        results = [one[0] for one in state.results]
        _close(work, loop, DONE_PORT, {"results": results, "failed": state.failed})


def _repeat(work: Work, loop: str, value: Any, *, goes_on: bool) -> None:
    state = work.loops[loop]
    if not goes_on or state.opened >= state.rounds_max:
        port = EXHAUSTED_PORT if goes_on else DONE_PORT
        _close(work, loop, port, {"rounds": state.opened, "last": value})
    elif state.pause_s > 0:
        again_at = work.now + timedelta(seconds=state.pause_s)
        work.put(loop, work.of(loop)._replace(wake_at=again_at))
    else:
        work.open_round(loop)


def _close(work: Work, loop: str, port: str, output: Any) -> None:
    found = work.of(loop)
    for scope in [one for one in work.scopes if is_inside(one, loop)]:
        _drop(work, scope)
    if not any(is_inside(path, loop) for path in work.undoable):
        del work.loops[loop]
    work.leave(loop, found, port, output)


def _drop(work: Work, scope: str) -> None:
    """Forget a settled round, unless one of its steps may have to be taken back."""
    if any(is_within(split(path)[0], scope) for path in work.undoable):
        return
    for inner in [one for one in work.scopes if is_within(one, scope)]:
        del work.scopes[inner]
    for loop in [one for one in work.loops if is_within(split(one)[0], scope)]:
        del work.loops[loop]
