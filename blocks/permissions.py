"""What each permission of a manifest gives to a step: a protocol each, and the values it deals in.

Authors import these from `blocks.sdk`; the host puts what is behind them into the context.
"""

from __future__ import annotations

import json as json_text
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from blocks.outcomes import BlockError
from blocks.permits import Permit

CalendarMoment = Literal["open", "close", "after"]
BUSY_STATUSES = frozenset({429, 502, 503, 504})


class Credential(Protocol):
    """What the host puts into a call for a connection; a block never gets one."""

    def signed(self, request: HttpRequest, /) -> HttpRequest:
        """Give the call with the secret in it.

        Raises:
            BlockError: `connections.wrong_host` where the secret may not go.
        """
        ...

    def tls(self) -> ssl.SSLContext | None:
        """Give what to meet the server with; None for what is usual."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One call to the outside, as the broker carries it out.

    Attributes:
        permit: What the manifest allows; held against every redirect too.
        slot: Of the block's manifest: the connection it is made with; "" for none.
        credential: Of that connection; put in by the host, and gone after a redirect elsewhere.
        follows: Whether redirects are followed.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout_s: float = 20.0
    permit: Permit = field(default_factory=Permit)
    slot: str = ""
    credential: Credential | None = field(default=None, repr=False, compare=False)
    follows: bool = True


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMessage:
    """One plain-text mail; the sender is the installation's."""

    to: tuple[str, ...]
    subject: str
    body: str
    message_id: str = ""


class Http(Protocol):
    """Calls to the outside; needs the permission `http`."""

    def request(  # noqa: PLR0913  what is sent, for how long, and with what
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: str | bytes | None = None,
        timeout_s: float | None = None,
        connection: str = "",
    ) -> HttpResponse:
        """Call an address and return the answer, whatever its status.

        Args:
            method: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.
            url: http:// or https:// address.
            headers: Sent as they are; `Idempotency-Key` is added when not given.
            json: Sent as JSON unless None; not together with `body`.
            body: Sent as it is; text is encoded as UTF-8.
            timeout_s: For the whole call, redirects included; never beyond the step's limit.
            connection: A slot that the manifest names under `secrets`: Garland puts in what the
                step's connection holds. A slot that is not required may be empty.

        Raises:
            BlockError: `http.unreachable`, `http.timeout` or `http.bad_answer` (retryable),
                `http.bad_address`, `http.bad_header`, `http.forbidden_address`,
                `http.insecure_redirect`, `http.too_large`, `http.too_many_redirects`; with a
                connection also `connections.missing`, `connections.unknown`,
                `connections.wrong_kind`, `connections.wrong_host` and `connections.no_token`.
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


class State(Protocol):
    """Small values that a step keeps from run to run; needs the permission `state`.

    They belong to this step of this workflow, of this tenant; rounds of a loop share them. What is
    set is kept by Garland together with the record of the step: exactly once, and not at all if
    the step fails. The step itself sees it at once. Two runs at the same time each see what was
    kept when they asked, and the one recorded last wins.
    """

    def get(self, key: str, default: Any = None) -> Any:
        """Return what is kept under a key, or the default."""
        ...

    def set(self, key: str, value: Any) -> None:
        """Keep a JSON value, at most 64 KB, under a key of at most 80 characters.

        Raises:
            BlockError: `state.bad_key`, `state.bad_value`, `state.too_large`, or `state.full` when
                100 keys are taken.
        """
        ...

    def delete(self, key: str) -> None:
        """Keep it no longer; nothing happens where it is not kept."""
        ...

    def list(self) -> list[str]:
        """List the keys, sorted."""
        ...


class Live(Protocol):
    """How a step and Garland talk while it works; `ctx.progress` and `ctx.cancelled` use it."""

    def report(self, fraction: float, text: str) -> None:
        """Say how far the step is."""
        ...

    def is_cancelled(self) -> bool:
        """Tell whether the step had better stop."""
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
