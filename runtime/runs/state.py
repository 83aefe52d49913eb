"""What the interpreter remembers of a run, and its JSON form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from kernel.clock import parse_instant
from runtime.runs.paths import enclosing, loop_of, path_in, split


class Status(StrEnum):
    """How far a step is; one that nothing led to yet is idle, a loop under way is open.

    One that is switched off is passed over instead of done.
    """

    IDLE = "idle"
    RUNNING = "running"
    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    PASSED = "passed_over"
    DEAD = "dead"
    FAILED = "failed"
    ABANDONED = "abandoned"


_STATUSES = {one.value: one for one in Status}
GAVE = frozenset({Status.DONE, Status.PASSED})
UNDER_WAY = frozenset({Status.RUNNING, Status.WAITING, Status.OPEN})


class Outcome(StrEnum):
    """How a run ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Progress(NamedTuple):
    """How far one step is; a tuple, because thousands are made a second.

    Attributes:
        taken, dead: How many of the wires to it were taken, and how many never will be.
        attempt: Number of the attempt under way or last made; 0 before the first.
        port, output: How it ended, or will when its waiting ends.
        wake_at: When its waiting ends, or a loop's pause.
        since: The attempt its retries are counted from.
    """

    status: Status = Status.IDLE
    taken: int = 0
    dead: int = 0
    attempt: int = 0
    port: str | None = None
    output: Any = None
    wake_at: datetime | None = None
    since: int = 1

    def to_list(self) -> list[Any]:
        """Write it as a short JSON list."""
        short = list(self)
        short[0] = str(self.status)
        if self.wake_at is not None:
            short[6] = self.wake_at.isoformat()  # to the microsecond, so that it comes back equal
        return short

    @classmethod
    def from_list(cls, found: list[Any]) -> Progress:
        """Read it back."""
        status, taken, dead, attempt, port, output, wake_at, since = found
        until = parse_instant(wake_at) if wake_at is not None else None
        return cls(_STATUSES[status], taken, dead, attempt, port, output, until, since)


IDLE = Progress()


class LoopState(NamedTuple):
    """How far a loop is.

    Attributes:
        items: What a `for-each` runs over; None for a `repeat`.
        opened: Rounds begun so far.
        settled: Rounds that came to a value or failed.
        failed: Those of them that failed.
        results: By round, its value as a list of one; empty while it is not settled.
    """

    items: tuple[Any, ...] | None
    rounds_max: int
    at_once: int
    keeps_going: bool
    pause_s: float
    opened: int = 0
    settled: int = 0
    failed: int = 0
    results: tuple[tuple[Any, ...], ...] = ()

    def item_of(self, number: int) -> Any:
        """Give what expressions see as `item` in a round."""
        if self.items is not None:
            return self.items[number]
        return {"round": number + 1, "last": self.results[number - 1][0] if number else None}

    @property
    def is_settled(self) -> bool:
        """Tell whether every round begun so far came to something."""
        return self.settled == self.opened


class UndoState(NamedTuple):
    """A run that ended badly while its completed steps are taken back, last first.

    Attributes:
        todo: Paths still to take back, in order; the first is under way.
        undone, failed: Paths that were, and that could not be.
    """

    outcome: Outcome
    error: Mapping[str, Any]
    todo: tuple[str, ...]
    undone: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


Steps = Mapping[str, Progress]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """How far a run is: a value, never changed in place.

    Attributes:
        trigger_id: What started it; None before `Started`.
        scopes: By scope and step id, the progress of steps something happened to.
        loops: By path, loops under way or failed.
        variables: What expressions see as `vars`.
        undoable: Paths of completed steps that can be taken back, in the order they completed.
        undo: Set while they are.
        inputs: By path, what a step is given instead of its own input.
        outcome: None while it goes on.
        error: Why it failed: `code`, `message`, `step`.
        output: What it came to, where a step said so.
    """

    trigger_id: str | None = None
    scopes: Mapping[str, Steps] = field(default_factory=lambda: {"": {}})
    loops: Mapping[str, LoopState] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    undoable: tuple[str, ...] = ()
    undo: UndoState | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outcome: Outcome | None = None
    error: Mapping[str, Any] | None = None
    output: Any = None

    def of(self, path: str) -> Progress:
        """Give the progress of a step."""
        scope, step = split(path)
        return self.scopes.get(scope, {}).get(step, IDLE)

    def every_step(self) -> Iterable[tuple[str, Progress]]:
        """Yield path and progress of each step something happened to."""
        for scope, steps in self.scopes.items():
            for step, one in steps.items():
                yield path_in(scope, step), one

    def under_way(self) -> Iterable[tuple[str, Progress]]:
        """Give path and progress of each step that runs, waits or loops."""
        return ((path, one) for path, one in self.every_step() if one.status in UNDER_WAY)

    @property
    def wake_at(self) -> datetime | None:
        """Give the earliest instant a step wants to be woken at."""
        return min((one.wake_at for _, one in self.under_way() if one.wake_at), default=None)

    @property
    def has_running(self) -> bool:
        """Tell whether an attempt is under way."""
        return any(one.status is Status.RUNNING for _, one in self.under_way())

    def due_waits(self, now: datetime) -> list[str]:
        """List the paths of steps whose waiting or pause is over."""
        return [path for path, one in self.under_way() if one.wake_at and one.wake_at <= now]

    def seen_from(self, scope: str, names: Iterable[str] | None = None) -> dict[str, Any]:
        """Give what expressions in a scope see as `steps`, those of the scopes around it too.

        A finished step shows its port and output, a loop around the scope its item and index.

        Args:
            scope: Where the expression stands.
            names: Only these steps; None for all.
        """
        found: dict[str, Any] = {}
        wanted = None if names is None else frozenset(names)
        for around in enclosing(scope):
            steps = self.scopes.get(around, {})
            for step in steps if wanted is None else wanted & steps.keys():
                if steps[step].status in GAVE and step not in found:
                    found[step] = {"port": steps[step].port, "output": steps[step].output}
            if around:
                loop, number = loop_of(around)
                item = self.loops[loop].item_of(number) if loop in self.loops else None
                found[split(loop)[1]] = {"item": item, "index": number}
        return found

    def item_in(self, scope: str) -> Any:
        """Give what expressions in a scope see as `item`."""
        loop, number = loop_of(scope)
        return self.loops[loop].item_of(number) if loop in self.loops else None

    def with_output(self, path: str, output: Any) -> RunState:
        """Give the state with another output of a step: a reference instead of a large value."""
        scope, step = split(path)
        steps = {**self.scopes[scope], step: self.of(path)._replace(output=output)}
        return replace(self, scopes={**self.scopes, scope: steps})

    def to_document(self) -> dict[str, Any]:
        """Write it as JSON; `from_document` gives an equal state back."""
        document: dict[str, Any] = {
            "state": 2,
            "trigger_id": self.trigger_id,
            "scopes": {
                scope: {id_: one.to_list() for id_, one in steps.items()}
                for scope, steps in self.scopes.items()
            },
            "outcome": self.outcome.value if self.outcome else None,
        }
        for name in ("loops", "variables", "undoable", "undo", "inputs", "error"):
            value = getattr(self, name)
            if value:
                document[name] = value
        if self.output is not None:
            document["output"] = self.output
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> RunState:
        """Read what `to_document` wrote."""
        outcome, undo = document["outcome"], document.get("undo")
        return cls(
            trigger_id=document["trigger_id"],
            scopes={
                scope: {id_: Progress.from_list(found) for id_, found in steps.items()}
                for scope, steps in document["scopes"].items()
            },
            loops={path: _loop(found) for path, found in document.get("loops", {}).items()},
            variables=document.get("variables", {}),
            undoable=tuple(document.get("undoable", ())),
            undo=_undo(undo) if undo else None,
            inputs=document.get("inputs", {}),
            outcome=Outcome(outcome) if outcome else None,
            error=document.get("error"),
            output=document.get("output"),
        )


def ended(progress: Progress, port: str, output: Any) -> Progress:
    """Give the progress of a step that left by a port."""
    return Progress(Status.DONE, progress.taken, progress.dead, progress.attempt, port, output)


def _loop(found: list[Any]) -> LoopState:
    read = LoopState._make(found)
    items = None if read.items is None else tuple(read.items)
    return read._replace(items=items, results=tuple(tuple(one) for one in read.results))


def _undo(found: list[Any]) -> UndoState:
    outcome, error, todo, undone, failed = found
    return UndoState(Outcome(outcome), error, tuple(todo), tuple(undone), tuple(failed))
