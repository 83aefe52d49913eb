"""What the interpreter is told and what it asks for: events in, commands out.

Steps are named by their path: `site`, `each[3].call` for a step in the fourth round of a loop,
`site~undo` for what takes a step back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from runtime.runs.state import Outcome


@dataclass(frozen=True, slots=True)
class Started:
    """A trigger started the run; `variables` are the workflow's first values."""

    trigger_id: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Completed:
    """An attempt of a step left by a port and set some of the run's variables."""

    step: str
    attempt: int
    port: str
    output: Any = None
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An attempt of a step sleeps: until an instant, then it leaves by a port; or until told.

    With both, whichever comes first: `Completed` for the attempt ends the waiting early.
    """

    step: str
    attempt: int
    until: datetime | None
    port: str | None = None
    output: Any = None


@dataclass(frozen=True, slots=True)
class Woken:
    """The instant came that a step waited for, or the pause before a loop's next round ended."""

    step: str


@dataclass(frozen=True, slots=True)
class Failed:
    """An attempt of a step failed.

    Attributes:
        error: `code` and `message`, and what else explains it.
        retry_after_s: Seconds the other side asked to wait before the next attempt.
        spread: Where in its jitter the next pause falls, 0 to 1, drawn by the caller.
    """

    step: str
    attempt: int
    error: Mapping[str, Any]
    is_retryable: bool = False
    retry_after_s: float | None = None
    spread: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An attempt of a step opened a loop over its body; see `blocks.outcomes.Loop`."""

    step: str
    attempt: int
    items: tuple[Any, ...] | None = None
    rounds_max: int = 1
    at_once: int = 1
    keeps_going: bool = False
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Concluded:
    """A round of a loop came to a value, or to an error where that could not be said.

    `goes_on` asks for another round of a `repeat`.
    """

    step: str
    round: int
    value: Any = None
    goes_on: bool = False
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A step ended the run, which succeeded with this output."""

    step: str
    attempt: int
    output: Any = None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Somebody ended the run; said again while steps are undone, it stops that too."""

    reason: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The run cannot be carried on: it used up what a run may use, or Garland itself is at fault.

    It fails, whatever its steps would catch.
    """

    error: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reopened:
    """Somebody wants a failed run to go on from where it failed.

    Attributes:
        inputs: By step path, what a failed step is to be given instead of its own input.
    """

    inputs: Mapping[str, Any] = field(default_factory=dict)


Event = (
    Started
    | Completed
    | Waiting
    | Woken
    | Failed
    | Opened
    | Concluded
    | Ended
    | Cancelled
    | Broken
    | Reopened
)


@dataclass(frozen=True, slots=True)
class Perform:
    """Make an attempt of a step, not before an instant when one is given."""

    step: str
    attempt: int
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A step that is switched off was left by a port; nothing is to be done but to note it."""

    step: str
    port: str


@dataclass(frozen=True, slots=True)
class Conclude:
    """Say what a round of a loop came to; its steps are still to be seen."""

    step: str
    round: int


@dataclass(frozen=True, slots=True)
class Abandon:
    """An attempt under way no longer counts: end its waiting and what it waits for."""

    step: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The run is over."""

    outcome: Outcome
    error: Mapping[str, Any] | None = None
    output: Any = None


Command = Perform | PassedOver | Conclude | Abandon | Finish
