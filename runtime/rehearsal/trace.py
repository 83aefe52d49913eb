"""The trace of a rehearsal: what each attempt was given and came to, and what it ended with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kernel.clock import format_instant
from runtime.runs.attempt import Attempted
from runtime.runs.events import Completed, Ended, Failed, Opened, PassedOver, Perform, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One attempt in the trace.

    Attributes:
        how: done, failed, waits, loops, ends or off.
        notes: The liberties taken, and what the block said.
    """

    step: str
    attempt: int
    block: str
    how: str
    port: str = ""
    config: Any = None
    input: Any = None
    output: Any = None
    error: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a rehearsal came to; `skipped_s` is how much waiting was skipped."""

    state: str
    output: Any
    error: Mapping[str, Any] | None
    variables: Mapping[str, Any]
    trace: tuple[Line, ...]
    skipped_s: float


def line_of(
    command: Perform, block: str, done: Attempted, given: tuple[Any, Any], notes: Iterable[str]
) -> Line:
    """Write what an attempt came to; `given` is its config and input."""
    event = done.event
    port, output, error, how, said = "", None, None, "done", list(notes)
    match event:
        case Completed():
            port, output = event.port, event.output
        case Failed():
            how, error = "failed", event.error
        case Waiting():
            how, port = "waits", event.port or ""
            said.append(f"until {format_instant(event.until)}" if event.until else "for ever")
        case Opened():
            how = "loops"
        case Ended():
            how, output = "ends", event.output
    said += [f"{line.level}: {line.message}" for line in done.logs]
    return Line(
        step=command.step,
        attempt=command.attempt,
        block=block,
        how=how,
        port=port,
        config=given[0],
        input=given[1],
        output=output,
        error=error,
        notes=tuple(said),
    )


def off_line(command: PassedOver, block: str) -> Line:
    """Write that a step was switched off and passed over."""
    return Line(step=command.step, attempt=1, block=block, how="off", port=command.port, output={})
