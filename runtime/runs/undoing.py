"""How a run ends, is taken back, and goes on after a failure.

When a run fails or is cancelled, its completed steps that declare an undo are taken back, the last
one first, one at a time. What cannot be taken back is noted and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.runs._work import Work
from runtime.runs.events import Finish, Reopened
from runtime.runs.paths import is_inside, path_in
from runtime.runs.plan import UNDO
from runtime.runs.state import Outcome, Progress, Status, UndoState, ended


def finish(
    work: Work, outcome: Outcome, error: Mapping[str, Any] | None = None, output: Any = None
) -> None:
    """End the run, or begin to take back what it did."""
    work.abandon(list(work.scopes))
    if outcome is not Outcome.SUCCEEDED and work.undoable:
        work.undo = UndoState(outcome, dict(error or {}), tuple(reversed(work.undoable)))
        _take_back(work, work.undo)
    else:
        _end(work, outcome, error, output)


def taken_back(work: Work, path: str, found: Progress, *, port: str | None, output: Any) -> None:
    """Note what became of an undo (no port: it failed) and go on with the next."""
    undo = work.undo
    if undo is None or path != undo.todo[0] + UNDO:
        return
    first, *rest = undo.todo
    if port is None:
        work.put(path, found._replace(status=Status.FAILED))
        undo = undo._replace(failed=(*undo.failed, first))
    else:
        work.put(path, ended(found, port, output))
        undo = undo._replace(undone=(*undo.undone, first))
    work.undo = undo._replace(todo=tuple(rest))
    if rest:
        _take_back(work, work.undo)
    else:
        stop_undoing(work)


def stop_undoing(work: Work) -> None:
    """End a run that was being taken back, whatever is left."""
    undo = work.undo
    if undo is None:
        return
    work.abandon(list(work.scopes))
    said = {"undone": undo.undone, "undo_failed": undo.failed, "undo_left": undo.todo}
    facts = {name: list(paths) for name, paths in said.items() if paths}
    _end(work, undo.outcome, {**undo.error, **facts})


def reopen(work: Work, event: Reopened) -> None:
    """Let a failed run go on: what failed or was stopped by it is attempted anew.

    A run that was taken back does not go on; its work is undone.
    """
    if work.outcome is not Outcome.FAILED or work.undo is not None:
        return
    work.outcome = work.error = None
    work.inputs = {**work.inputs, **event.inputs}
    for scope, steps in list(work.scopes.items()):
        for step, one in list(steps.items()):
            if one.status in (Status.FAILED, Status.ABANDONED):
                _restore(work, path_in(scope, step), one)
    for loop in list(work.loops):
        if work.of(loop).status is Status.OPEN:
            _go_on_with(work, loop)


def _go_on_with(work: Work, loop: str) -> None:
    """Ask again for what a round came to, or for the round a pause held back."""
    for scope in [one for one in work.scopes if is_inside(one, loop)]:
        work.settle_round(scope)
    state = work.loops[loop]
    if state.items is None and state.is_settled:
        work.put(loop, work.of(loop)._replace(wake_at=work.now))


def _restore(work: Work, path: str, one: Progress) -> None:
    if path in work.loops:
        work.put(path, one._replace(status=Status.OPEN))
        return
    attempt = one.attempt + 1
    work.perform(path, Progress(Status.RUNNING, one.taken, one.dead, attempt, since=attempt))


def _take_back(work: Work, undo: UndoState) -> None:
    work.perform(undo.todo[0] + UNDO, Progress(attempt=1))


def _end(
    work: Work, outcome: Outcome, error: Mapping[str, Any] | None = None, output: Any = None
) -> None:
    work.outcome, work.error, work.output = outcome, error, output
    work.commands.append(Finish(outcome, error, output))
