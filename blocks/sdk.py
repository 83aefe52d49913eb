"""What the author of a block imports: the context a step gets, and the ways it can end.

A block is one function, `def run(ctx: Context) -> Outcome`. It reads `ctx.config` and `ctx.input`,
may use the abilities its manifest asks for (`ctx.http`, `ctx.mail`, `ctx.alarms`, `ctx.tables`,
`ctx.calendars`), and ends with `ctx.emit(...)`, `ctx.wait(...)` or by raising `BlockError`; a
block whose manifest declares a `behaviour.control` ends with one of the other outcomes of
`blocks.outcomes`. It keeps no state between calls: module variables are lost, or worse, shared.
"""

from __future__ import annotations

import json as json_text
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from blocks.outcomes import Ask, Await, Call, Emit, End, Loop, Outcome, Wait
from kernel.errors import GarlandError

__all__ = [
    "Alarms",
    "Ask",
    "Await",
    "BlockError",
    "CalendarMoment",
    "Calendars",
    "Call",
    "Context",
    "Decided",
    "Emit",
    "End",
    "Facts",
    "Http",
    "HttpRequest",
    "HttpResponse",
    "Log",
    "LogLine",
    "Loop",
    "Mail",
    "MailMessage",
    "Outcome",
    "Tables",
    "Wait",
]

LogLevel = Literal["info", "warning"]
CalendarMoment = Literal["open", "close", "after"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a step may know about the run it belongs to.

    Attributes:
        run_id: The run, as text.
        step: The step's id in the workflow.
        attempt: 1 for the first try.
        idempotency_key: The same for every attempt of this step in this run, so that a receiver
            can tell a repeat from a second order.
        now: When this attempt began (UTC).
        flow: The workflow's name.
        timeout_s: The step's own limit in seconds; None takes the manifest's.
    """

    run_id: str
    step: str
    attempt: int
    idempotency_key: str
    now: datetime
    flow: str = ""
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One call to the outside, as the broker carries it out."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """What came back.

    Attributes:
        status: HTTP status code.
        headers: Names in lower case; a repeated header is joined by ", ".
        body: The bytes, already unpacked.
        retry_after_s: Retry-After in seconds from when the answer came, else None.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    retry_after_s: float | None = None

    @property
    def ok(self) -> bool:
        """Tell whether the status is 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, 15.3

    @property
    def text(self) -> str:
        """The body as text: UTF-8, with what is not UTF-8 replaced."""
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """Read the body as JSON.

        Raises:
            BlockError: `http.not_json`, when it is not.
        """
        try:
            return json_text.loads(self.body)
        except ValueError:
            raise BlockError("http.not_json", "The answer is not JSON.", retryable=False) from None

    def raise_if_busy(self) -> None:
        """Raise a retryable BlockError when the status says "try again later".

        Those are 429 (RFC 6585, 4) and 502, 503, 504 (RFC 9110, 15.6); the wait the server asked
        for goes along.
        """
        if self.status in BUSY_STATUSES:
            message = f"The server answered {self.status}, which means: try again later."
            raise BlockError("http.busy", message, self.retry_after_s, retryable=True)


BUSY_STATUSES = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMessage:
    """One plain-text mail; the sender is the installation's."""

    to: tuple[str, ...]
    subject: str
    body: str
    message_id: str = ""


class Http(Protocol):
    """Calls to the outside; needs the permission `http`."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: str | bytes | None = None,
        timeout_s: float | None = None,
    ) -> HttpResponse:
        """Call an address and return the answer, whatever its status.

        Args:
            method: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.
            url: http:// or https:// address.
            headers: Sent as they are; `Idempotency-Key` is added when not given.
            json: Sent as JSON unless None; not together with `body`.
            body: Sent as it is; text is encoded as UTF-8.
            timeout_s: For the whole call, redirects included; never beyond the step's limit.

        Raises:
            BlockError: `http.unreachable` or `http.timeout` (retryable), `http.bad_address`,
                `http.forbidden_address`, `http.too_large`, `http.too_many_redirects`.
        """
        ...


class Mail(Protocol):
    """Sending mail; needs the permission `mail`."""

    def send(self, *, to: list[str], subject: str, body: str) -> str:
        """Send one plain-text mail and return its Message-ID.

        Raises:
            BlockError: `mail.unavailable` (retryable), `mail.not_configured`, `mail.refused`,
                `mail.bad_message`.
        """
        ...


class Alarms(Protocol):
    """The tenant's alarms; needs the permission `alarms`.

    Changes are applied by Garland together with the record of the step: exactly once, and not at
    all if the step fails.
    """

    def get(self, alarm_id: str) -> dict[str, Any] | None:
        """Return the alarm as a document, or None when there is none of that id."""
        ...

    def set(self, alarm_id: str, fields: Mapping[str, Any]) -> None:
        """Change fields of an alarm when the step is done."""
        ...

    def acknowledge(self, alarm_id: str, *, comment: str = "") -> None:
        """Acknowledge an alarm when the step is done."""
        ...


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision table answered: `decided`, `none` or `several`, with the rows and values."""

    port: Literal["decided", "none", "several"]
    output: Mapping[str, Any]


class Tables(Protocol):
    """The tenant's look-up tables and decision tables; needs the permission `tables`."""

    def look_up(self, table: str, key: str) -> dict[str, Any] | None:
        """Return the row with that key, or None.

        Raises:
            BlockError: `tables.unknown` when there is no such table.
        """
        ...

    def decide(
        self,
        table: str,
        values: Mapping[str, Any],
        *,
        alarm: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> Decided:
        """Ask a published decision table, by its id; what has no value is read from the alarm.

        Raises:
            BlockError: `tables.unknown` when there is no such table, or no such version;
                `tables.bad_value` when a value does not fit its input.
        """
        ...


class Calendars(Protocol):
    """The tenant's business calendars, by name; needs the permission `calendars`.

    Each raises BlockError `calendars.unknown` when there is no such calendar, and
    `calendars.never` when what is asked for does not come within three years.
    """

    def next_open(self, calendar: str, at: datetime) -> datetime:
        """Return the first open instant from `at` on: `at` itself when it is open."""
        ...

    def next_close(self, calendar: str, at: datetime) -> datetime:
        """Return the next closing time after `at`; of the next opening when it is closed."""
        ...

    def add_open_time(self, calendar: str, at: datetime, seconds: float) -> datetime:
        """Return the instant by which so many open seconds have passed since `at`."""
        ...


class Log(Protocol):
    """Lines kept with the step: at most 100 of 1,000 characters, the rest is counted."""

    def info(self, message: str) -> None:
        """Note something worth reading later."""
        ...

    def warning(self, message: str) -> None:
        """Note something somebody should look at."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All a step gets: its settings, its data, and the abilities it asked for."""

    config: Mapping[str, Any]
    input: Mapping[str, Any]
    http: Http
    mail: Mail
    alarms: Alarms
    tables: Tables
    calendars: Calendars
    log: Log
    run: Facts

    def emit(
        self, port: str, output: Any = None, *, variables: Mapping[str, Any] | None = None
    ) -> Emit:
        """End the step by one of its output ports, and set some of the run's variables."""
        return Emit(port, {} if output is None else output, variables or {})

    def wait(
        self,
        *,
        until: datetime | None = None,
        for_s: float | None = None,
        port: str = "done",
        output: Any = None,
    ) -> Wait:
        """Sleep until an instant, or for some seconds, then end by `port`.

        Raises:
            ValueError: unless exactly one of `until` (with a timezone) and `for_s` is given.
        """
        if (until is None) == (for_s is None):
            raise ValueError("give either until or for_s")
        if until is None:
            until = self.run.now + timedelta(seconds=for_s or 0)
        if until.tzinfo is None:
            raise ValueError("until needs a timezone")
        return Wait(until, port, {} if output is None else output)
