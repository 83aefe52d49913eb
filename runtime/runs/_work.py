"""One call of the interpreter under way: the state being changed, and what it settles.

Never leaves `runtime.runs.advance`. Scopes are copied when first written, so that the state the
call began with stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from runtime.runs.events import Abandon, Command, Conclude, PassedOver, Perform
from runtime.runs.paths import loop_of, path_in, round_scope, split
from runtime.runs.plan import Plan, PlanStep
from runtime.runs.state import (
    IDLE,
    UNDER_WAY,
    LoopState,
    Outcome,
    Progress,
    RunState,
    Status,
    UndoState,
    ended,
)

Wires = Iterable[tuple[str, bool]]
"""The steps that wires lead to, each with whether it was taken."""
_RUNNING, _IDLE, _DEAD = Status.RUNNING, Status.IDLE, Status.DEAD  # quicker to reach
_FIRST = Progress(_RUNNING, attempt=1)


class Work:
    """A run's state while events are taken into it."""

    def __init__(self, plan: Plan, state: RunState, now: datetime) -> None:
        self.plan, self.now = plan, now
        self.commands: list[Command] = []
        self.trigger_id = state.trigger_id
        self.scopes: dict[str, dict[str, Progress]] = {
            scope: dict(steps) for scope, steps in state.scopes.items()
        }
        self.loops: dict[str, LoopState] = dict(state.loops)
        self.variables: Mapping[str, Any] = state.variables
        self.undoable: tuple[str, ...] = state.undoable
        self.undo: UndoState | None = state.undo
        self.inputs: Mapping[str, Any] = state.inputs
        self.outcome: Outcome | None = state.outcome
        self.error: Mapping[str, Any] | None = state.error
        self.output: Any = state.output

    def state(self) -> RunState:
        """Give the state as it is now."""
        return RunState(
            trigger_id=self.trigger_id,
            scopes=self.scopes,
            loops=self.loops,
            variables=self.variables,
            undoable=self.undoable,
            undo=self.undo,
            inputs=self.inputs,
            outcome=self.outcome,
            error=self.error,
            output=self.output,
        )

    def of(self, path: str) -> Progress:
        """Give a step's progress."""
        scope, step = split(path)
        return self.scopes.get(scope, {}).get(step, IDLE)

    def put(self, path: str, progress: Progress) -> None:
        """Write a step's progress."""
        scope, step = split(path)
        self.scopes[scope][step] = progress

    def current(self, path: str, attempt: int, *statuses: Status) -> Progress | None:
        """Give the progress of an attempt under way, or None when an event of it came too late."""
        found = self.of(path)
        return found if found.status in statuses and found.attempt == attempt else None

    def perform(self, path: str, progress: Progress) -> None:
        """Begin the next attempt of a step whose wires are settled."""
        self.put(path, progress._replace(status=_RUNNING))
        self.commands.append(Perform(path, progress.attempt))

    def leave(self, path: str, found: Progress, port: str, output: Any) -> None:
        """End a step by a port and settle what follows."""
        scope, step = split(path)
        self.scopes[scope][step] = ended(found, port, output)
        plan_step = self.plan.steps[step]
        if plan_step.has_undo:
            self.undoable = (*self.undoable, path)
        if plan_step.follows:
            self.follow(scope, _wires_of(plan_step, port))
        self.settle_round(scope)

    def follow(self, scope: str, wires: Wires) -> None:
        """Settle wires as taken or dead, and what that decides, breadth first."""
        queue = list(wires)
        position = 0
        while position < len(queue):
            target, is_taken = queue[position]
            position += 1
            queue.extend(self._settle(scope, target, is_taken=is_taken))

    def _settle(self, scope: str, step_id: str, *, is_taken: bool) -> Wires:
        """Note one wire of a step; give the wires that are decided by that."""
        step, steps = self.plan.steps[step_id], self.scopes[scope]
        before = steps.get(step_id, IDLE)
        taken, dead = before.taken + is_taken, before.dead + (not is_taken)
        if before.status is not _IDLE:
            steps[step_id] = before._replace(taken=taken, dead=dead)
            return ()
        all_settled = taken + dead == step.wires_in
        if taken >= step.needs if step.needs else taken and all_settled:
            return self._begin(scope, step, Progress(_RUNNING, taken, dead, 1))
        steps[step_id] = Progress(_DEAD if all_settled else _IDLE, taken, dead)
        return _wires_of(step, None) if all_settled else ()

    def _begin(self, scope: str, step: PlanStep, progress: Progress) -> Wires:
        """Ask for the first attempt of a step; one that is off is left at once instead."""
        path, port = path_in(scope, step.id), step.passes_by
        if not port:
            self.scopes[scope][step.id] = progress
            self.commands.append(Perform(path, progress.attempt))
            return ()
        passed = progress._replace(status=Status.PASSED, port=port, output={})
        self.scopes[scope][step.id] = passed
        self.commands.append(PassedOver(path, port))
        return _wires_of(step, port)

    def goes_on(self, scope: str) -> bool:
        """Tell whether a step of the scope is under way."""
        steps = self.scopes.get(scope, {}).values()
        return any(one.status in UNDER_WAY for one in reversed(steps))  # mostly what came last

    def settle_round(self, scope: str) -> None:
        """Ask what a round came to once nothing of it goes on."""
        if scope and scope in self.scopes and not self.goes_on(scope):
            self.commands.append(Conclude(*loop_of(scope)))

    def open_round(self, loop: str) -> None:
        """Begin the next round of a loop."""
        state = self.loops[loop]
        scope = round_scope(loop, state.opened)
        self.loops[loop] = state._replace(opened=state.opened + 1, results=(*state.results, ()))
        self.scopes[scope] = {}
        for step in self.plan.entries.get(split(loop)[1], ()):
            self.follow(scope, self._begin(scope, self.plan.steps[step], _FIRST))
        self.settle_round(scope)

    def abandon(self, scopes: Iterable[str]) -> None:
        """Stop what is under way in these scopes; its results no longer count."""
        stopped = [
            (path_in(scope, step), one)
            for scope in scopes
            for step, one in self.scopes[scope].items()
            if one.status in UNDER_WAY
        ]
        asked_for = {each.step for each in self.commands if isinstance(each, Perform)}
        stopped_paths = {path for path, _ in stopped}
        self.commands = [
            each
            for each in self.commands
            if not (isinstance(each, Perform) and each.step in stopped_paths)
        ]
        for path, one in stopped:
            self.put(path, one._replace(status=Status.ABANDONED, wake_at=None))
            if one.status is not Status.OPEN and path not in asked_for:
                self.commands.append(Abandon(path, one.attempt))


def _wires_of(step: PlanStep, port: str | None) -> Wires:
    """Give the wires that leave a step, those of one port taken; none of them without a port."""
    return [(target, name == port) for name, to in step.follows.items() for target in to]
