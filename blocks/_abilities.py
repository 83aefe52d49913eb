"""What stands behind `ctx`: each ability checks the block's permission, then asks the services.

One set of these lives for one attempt of one step; it also gathers the log and the effects.
"""

from __future__ import annotations

import json as json_text
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from blocks.effects import Effect
from blocks.manifest import Manifest, Permission, PermissionName
from blocks.outcomes import LogLevel
from blocks.permits import permit_of
from blocks.sdk import (
    BlockError,
    CalendarMoment,
    Decided,
    Facts,
    HttpRequest,
    HttpResponse,
    LogLine,
    MailMessage,
)
from blocks.services import Services
from blocks.targets import read_target

LOG_LINES_MAX = 100
LOG_LINE_MAX = 1_000
EFFECTS_MAX = 100
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(slots=True)
class Attempt:
    """One attempt of one step: who asks, of whom, until when, and what it gathered."""

    manifest: Manifest
    services: Services
    facts: Facts
    config: Mapping[str, Any] = field(default_factory=dict)
    limit_s: float = field(init=False)
    deadline: float = field(init=False)
    effects: list[Effect] = field(init=False, default_factory=list)
    lines: list[LogLine] = field(init=False, default_factory=list)
    lines_dropped: int = field(init=False, default=0)
    mails_sent: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.limit_s = self.facts.timeout_s or self.manifest.behaviour.timeout_s
        self.deadline = time.monotonic() + self.limit_s

    def permit(self, name: PermissionName) -> Permission:
        """Return the permission, or raise BlockError `block.not_permitted`."""
        permission = self.manifest.permission(name)
        if permission is None:
            message = f"{self.manifest.title} may not use {name}: its manifest does not ask for it."
            raise BlockError("block.not_permitted", message, retryable=False)
        return permission

    def permit_slot(self, slot: str) -> None:
        """Refuse a slot that the manifest does not declare; "" is none."""
        if slot and self.manifest.secret(slot) is None:
            message = (
                f"{self.manifest.title} may not use the connection {slot}: its manifest does not "
                "ask for it under secrets."
            )
            raise BlockError("block.not_permitted", message, retryable=False)

    def time_left_s(self) -> float:
        """Return the seconds left, or raise BlockError `block.timeout`."""
        left_s = self.deadline - time.monotonic()
        if left_s <= 0:
            raise BlockError(
                "block.timeout", "The step took longer than its limit.", retryable=True
            )
        return left_s

    def intend(self, effect: Effect) -> None:
        """Keep an effect for the runtime."""
        if len(self.effects) >= EFFECTS_MAX:
            message = f"A step may change at most {EFFECTS_MAX} things."
            raise BlockError("block.too_many_effects", message, retryable=False)
        self.effects.append(effect)

    def log_lines(self) -> tuple[LogLine, ...]:
        """Return what was logged, with a last line that counts what was dropped."""
        if not self.lines_dropped:
            return tuple(self.lines)
        note = LogLine("warning", f"{self.lines_dropped} more lines were dropped.")
        return (*self.lines, note)


@dataclass(frozen=True, slots=True)
class HttpAbility:
    """`ctx.http`."""

    attempt: Attempt

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
        """See `sdk.Http.request`."""
        permission = self.attempt.permit("http")
        self.attempt.permit_slot(connection)
        verb = method.upper()
        if verb not in METHODS:
            known = ", ".join(sorted(METHODS))
            raise BlockError("http.bad_method", f"{method} is not a method: use one of {known}.")
        permit = permit_of(permission, self.attempt.config)
        target = read_target(url)
        permit.check(verb, host=target.host, port=target.port)
        sent = dict(headers or {})
        names = {name.casefold() for name in sent}
        if "idempotency-key" not in names:
            sent["Idempotency-Key"] = self.attempt.facts.idempotency_key
        if json is not None and "content-type" not in names:
            sent["Content-Type"] = "application/json"
        left_s = self.attempt.time_left_s()
        request = HttpRequest(
            method=verb,
            url=url,
            headers=sent,
            body=_body(json, body),
            timeout_s=min(timeout_s, left_s) if timeout_s else left_s,
            permit=permit,
            slot=connection,
        )
        return self.attempt.services.http(request)


@dataclass(frozen=True, slots=True)
class MailAbility:
    """`ctx.mail`."""

    attempt: Attempt

    def send(self, *, to: list[str], subject: str, body: str) -> str:
        """See `sdk.Mail.send`."""
        self.attempt.permit("mail")
        self.attempt.time_left_s()
        message_id = self._message_id()
        message = MailMessage(to=tuple(to), subject=subject, body=body, message_id=message_id)
        self.attempt.services.mail(message)
        self.attempt.mails_sent += 1
        return message_id

    def _message_id(self) -> str:
        """The same for every attempt, so that a mail system can tell a repeat."""
        seed = f"{self.attempt.facts.idempotency_key}/{self.attempt.mails_sent}"
        return f"<{sha256(seed.encode()).hexdigest()[:40]}@garland.invalid>"


@dataclass(frozen=True, slots=True)
class AlarmsAbility:
    """`ctx.alarms`."""

    attempt: Attempt

    def get(self, alarm_id: str) -> dict[str, Any] | None:
        """See `sdk.Alarms.get`."""
        self.attempt.permit("alarms")
        return self.attempt.services.find_alarm(alarm_id)

    def set(self, alarm_id: str, fields: Mapping[str, Any]) -> None:
        """See `sdk.Alarms.set`."""
        self.attempt.permit("alarms")
        self.attempt.intend(Effect(kind="alarm.set", target=alarm_id, fields=dict(fields)))

    def acknowledge(self, alarm_id: str, *, comment: str = "") -> None:
        """See `sdk.Alarms.acknowledge`."""
        self.attempt.permit("alarms")
        fields = {"comment": comment} if comment else {}
        self.attempt.intend(Effect(kind="alarm.acknowledge", target=alarm_id, fields=fields))


@dataclass(frozen=True, slots=True)
class TablesAbility:
    """`ctx.tables`."""

    attempt: Attempt

    def look_up(self, table: str, key: str) -> dict[str, Any] | None:
        """See `sdk.Tables.look_up`."""
        self.attempt.permit("tables")
        return self.attempt.services.look_up(table, key)

    def decide(
        self,
        table: str,
        values: Mapping[str, Any],
        *,
        alarm: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> Decided:
        """See `sdk.Tables.decide`."""
        self.attempt.permit("tables")
        return self.attempt.services.decide(table, values, alarm or {}, version)


@dataclass(frozen=True, slots=True)
class CalendarsAbility:
    """`ctx.calendars`."""

    attempt: Attempt

    def next_open(self, calendar: str, at: datetime) -> datetime:
        """See `sdk.Calendars.next_open`."""
        return self._ask(calendar, "open", at)

    def next_close(self, calendar: str, at: datetime) -> datetime:
        """See `sdk.Calendars.next_close`."""
        return self._ask(calendar, "close", at)

    def add_open_time(self, calendar: str, at: datetime, seconds: float) -> datetime:
        """See `sdk.Calendars.add_open_time`."""
        return self._ask(calendar, "after", at, seconds)

    def _ask(
        self, calendar: str, what: CalendarMoment, at: datetime, open_s: float = 0.0
    ) -> datetime:
        self.attempt.permit("calendars")
        return self.attempt.services.calendar_moment(calendar, what, at, open_s)


@dataclass(frozen=True, slots=True)
class LogAbility:
    """`ctx.log`."""

    attempt: Attempt

    def info(self, message: str) -> None:
        """See `sdk.Log.info`."""
        self._keep("info", message)

    def warning(self, message: str) -> None:
        """See `sdk.Log.warning`."""
        self._keep("warning", message)

    def _keep(self, level: LogLevel, message: str) -> None:
        if len(self.attempt.lines) >= LOG_LINES_MAX:
            self.attempt.lines_dropped += 1
            return
        text = str(message)
        if len(text) > LOG_LINE_MAX:
            text = text[: LOG_LINE_MAX - 1] + "…"
        self.attempt.lines.append(LogLine(level, text))


def _body(json: Any, body: str | bytes | None) -> bytes:
    if json is not None:
        if body is not None:
            raise BlockError("http.bad_body", "Give either json or body.", retryable=False)
        return json_text.dumps(json).encode()
    return body.encode() if isinstance(body, str) else body or b""
