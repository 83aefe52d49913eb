"""What the interpreter remembers of a run, and its JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from kernel.clock import parse_instant


class Status(StrEnum):
    """How far a step is; one that nothing led to yet is idle."""

    IDLE = "idle"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"
    FAILED = "failed"


_STATUSES = {one.value: one for one in Status}


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
        wake_at: When its waiting ends.
    """

    status: Status = Status.IDLE
    taken: int = 0
    dead: int = 0
    attempt: int = 0
    port: str | None = None
    output: Any = None
    wake_at: datetime | None = None

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
        status, taken, dead, attempt, port, output, wake_at = found
        until = parse_instant(wake_at) if wake_at is not None else None
        return cls(_STATUSES[status], taken, dead, attempt, port, output, until)


IDLE = Progress()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """How far a run is: a value, never changed in place.

    Attributes:
        trigger_id: What started it; None before `Started`.
        steps: Progress of the steps something happened to; others are idle.
        outcome: None while it goes on.
        error: Why it failed: `code`, `message`, `step`.
    """

    trigger_id: str | None = None
    steps: Mapping[str, Progress] = field(default_factory=dict)
    outcome: Outcome | None = None
    error: Mapping[str, Any] | None = None

    def of(self, step: str) -> Progress:
        """Give the progress of a step."""
        return self.steps.get(step, IDLE)

    @property
    def wake_at(self) -> datetime | None:
        """Give the earliest instant a waiting step wants to be woken at."""
        waits = [one.wake_at for one in self.steps.values() if one.status is Status.WAITING]
        return min((until for until in waits if until is not None), default=None)

    @property
    def has_running(self) -> bool:
        """Tell whether an attempt is under way."""
        return any(one.status is Status.RUNNING for one in self.steps.values())

    def outputs(self) -> dict[str, Any]:
        """Give what expressions see as `steps`: of each finished step its port and output."""
        return {
            id_: {"port": one.port, "output": one.output}
            for id_, one in self.steps.items()
            if one.status is Status.DONE
        }

    def due_waits(self, now: datetime) -> list[str]:
        """List the steps whose waiting is over."""
        return [
            id_
            for id_, one in self.steps.items()
            if one.status is Status.WAITING and one.wake_at is not None and one.wake_at <= now
        ]

    def to_document(self) -> dict[str, Any]:
        """Write it as JSON; `from_document` gives an equal state back."""
        return {
            "state": 1,
            "trigger_id": self.trigger_id,
            "steps": {id_: one.to_list() for id_, one in self.steps.items()},
            "outcome": self.outcome.value if self.outcome else None,
            "error": dict(self.error) if self.error is not None else None,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> RunState:
        """Read what `to_document` wrote."""
        outcome = document["outcome"]
        return cls(
            trigger_id=document["trigger_id"],
            steps={id_: Progress.from_list(found) for id_, found in document["steps"].items()},
            outcome=Outcome(outcome) if outcome else None,
            error=document["error"],
        )


def ended(progress: Progress, port: str, output: Any) -> Progress:
    """Give the progress of a step that left by a port."""
    return Progress(Status.DONE, progress.taken, progress.dead, progress.attempt, port, output)
