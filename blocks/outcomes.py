"""The ways a step can end, or go to sleep: what a block's `run` returns, or raises.

`Emit` and `Wait` are for every block. The others steer the workflow; a block may return one of
them only when its manifest says so in `behaviour.control` (the name is given with each).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from kernel.errors import GarlandError

EventKind = Literal["alarm-cleared", "alarm", "message"]
LogLevel = Literal["info", "warning"]


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line a block wrote; kept with the step and shown in the run."""

    level: LogLevel
    message: str


class BlockError(GarlandError):
    """The step could not do its work.

    Authors give a `code` that the manifest declares under `errors`; the declaration says
    whether trying again can help. The runtime reads the attributes after `perform`.

    Attributes:
        code: Stable dotted word, such as "ticket.refused".
        retry_after_s: Seconds the other side asked us to wait, else None.
        retryable: Whether another attempt may succeed; None until the host has decided.
        logs: What the block had logged before it failed; filled by the host.
    """

    status = 502

    def __init__(
        self,
        code: str,
        message: str,
        retry_after_s: float | None = None,
        *,
        retryable: bool | None = None,
        **detail: Any,
    ) -> None:
        super().__init__(message, **detail)
        self.code = code
        self.retry_after_s = retry_after_s
        self.retryable = retryable
        self.logs: tuple[LogLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Emit:
    """The step is done: `output` leaves by `port`, `variables` are set in the run."""

    port: str
    output: Any
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MeasuredEmit(Emit):
    """An `Emit` that Garland itself read from JSON: plain for sure, and so large."""

    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Wait:
    """The step sleeps until `until` (UTC), then leaves by `port` with `output`."""

    until: datetime
    port: str
    output: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Await:
    """The step sleeps until something happens, or its time is up. Control `event`.

    Attributes:
        kind: `alarm-cleared`, `alarm` or `message`.
        key: `alarm-cleared`: the alarm's id; `message`: the correlation value; `alarm`: "".
        match: `alarm`: the conditions of a rule (its `when`) the alarm must meet.
        port: Where it leaves when it happened; the event is the output.
        until: When it gives up; None waits for ever.
        timeout_port: Where it leaves then.
    """

    kind: EventKind
    key: str = ""
    match: Mapping[str, Any] | None = None
    port: str = "happened"
    until: datetime | None = None
    timeout_port: str = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The step sleeps until people decide. Control `approval`.

    It leaves by `approved` or `rejected`, with `decision`, `by`, `at`, `comment` and `form`.

    Attributes:
        title: What is asked, one line.
        text: What they need to know to decide.
        roles: Who may decide: members with one of these roles.
        people: Likewise, members by e-mail address. With neither, whoever may operate runs.
        needed: How many must approve, each another person, >= 1; one rejection rejects.
        excludes_starter: Whether who started the run may not decide (four eyes).
        form: JSON Schema of an object that who decides fills in.
        remind_every_s: Seconds between reminders; None for none.
        until: When it gives up; None waits for ever.
        timeout_port: Where it leaves then: `timeout`, `approved` or `rejected`.
    """

    title: str
    text: str = ""
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    needed: int = 1
    excludes_starter: bool = False
    form: Mapping[str, Any] = field(default_factory=dict)
    remind_every_s: float | None = None
    until: datetime | None = None
    timeout_port: str = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """The step runs another workflow and leaves by `done` with its output. Control `call`.

    Attributes:
        flow: The workflow's slug.
        version: Its published number; None takes the live one.
        input: What the other sees as `trigger.input`.
    """

    flow: str
    version: int | None = None
    input: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """The step runs its body several times, then leaves by `done`. Control `each` or `repeat`.

    `each` runs it once for every item; the output has `results` in the items' order and how many
    `failed`. `repeat` runs it until the step's `until` holds; the output has `rounds` and `last`,
    and it leaves by `exhausted` when it never held.

    Attributes:
        items: `each`: what to run it for. `repeat`: None.
        rounds_max: `repeat`: after how many rounds to give up, >= 1.
        at_once: `each`: how many items are worked on at a time, >= 1.
        keeps_going: `each`: whether the others go on when one fails.
        pause_s: `repeat`: seconds between rounds.
    """

    items: tuple[Any, ...] | None = None
    rounds_max: int = 1
    at_once: int = 1
    keeps_going: bool = False
    pause_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The run ends here, with this output; what other branches do is stopped. Control `end`."""

    output: Mapping[str, Any] = field(default_factory=dict)


Outcome = Emit | Wait | Await | Ask | Call | Loop | End

CONTROLS: Mapping[str, type[Await | Ask | Call | Loop | End]] = {
    "event": Await,
    "approval": Ask,
    "call": Call,
    "each": Loop,
    "repeat": Loop,
    "end": End,
}
