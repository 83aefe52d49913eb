"""What stands behind `ctx` inside a child: every ability asks Garland over the channel."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blocks.sandbox import _wire
from blocks.sandbox._frames import Channel
from blocks.sdk import Context, Decided, HttpResponse


class Asking:
    """One call's line to Garland."""

    def __init__(self, channel: Channel, call: str) -> None:
        self._channel, self._call = channel, call

    def ask(self, what: str, **arguments: Any) -> Any:
        """Have something done, and wait for it.

        Raises:
            BlockError: it could not be done.
        """
        self.tell(what, **arguments)
        answer = self._channel.receive()
        if "error" in answer:
            raise _wire.read_error(answer["error"])
        return answer["answer"]

    def tell(self, what: str, **arguments: Any) -> None:
        """Say something that needs no answer."""
        self._channel.send({"call": self._call, "ask": what, "with": arguments})


class _Part:
    def __init__(self, asking: Asking) -> None:
        self._asking = asking


class HttpProxy(_Part):
    """`ctx.http`."""

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
        sent = body.encode() if isinstance(body, str) else body
        answer = self._asking.ask(
            "http.request",
            method=method,
            url=url,
            headers=dict(headers or {}),
            json=json,
            body=None if sent is None else _wire.write_bytes(sent),
            timeout_s=timeout_s,
            connection=connection,
        )
        return _wire.read_response(answer)


class MailProxy(_Part):
    """`ctx.mail`."""

    def send(self, *, to: list[str], subject: str, body: str) -> str:
        """See `sdk.Mail.send`."""
        sent: str = self._asking.ask("mail.send", to=list(to), subject=subject, body=body)
        return sent


class AlarmsProxy(_Part):
    """`ctx.alarms`."""

    def get(self, alarm_id: str) -> dict[str, Any] | None:
        """See `sdk.Alarms.get`."""
        found: dict[str, Any] | None = self._asking.ask("alarms.get", alarm_id=alarm_id)
        return found

    def set(self, alarm_id: str, fields: Mapping[str, Any]) -> None:
        """See `sdk.Alarms.set`."""
        self._asking.ask("alarms.set", alarm_id=alarm_id, fields=dict(fields))

    def acknowledge(self, alarm_id: str, *, comment: str = "") -> None:
        """See `sdk.Alarms.acknowledge`."""
        self._asking.ask("alarms.acknowledge", alarm_id=alarm_id, comment=comment)


class TablesProxy(_Part):
    """`ctx.tables`."""

    def look_up(self, table: str, key: str) -> dict[str, Any] | None:
        """See `sdk.Tables.look_up`."""
        row: dict[str, Any] | None = self._asking.ask("tables.look_up", table=table, key=key)
        return row

    def decide(
        self,
        table: str,
        values: Mapping[str, Any],
        *,
        alarm: Mapping[str, Any] | None = None,
        version: int | None = None,
    ) -> Decided:
        """See `sdk.Tables.decide`."""
        given = {"table": table, "values": dict(values), "version": version}
        said = self._asking.ask("tables.decide", **given, alarm=alarm and dict(alarm))
        return Decided(said["port"], said["output"])


class CalendarsProxy(_Part):
    """`ctx.calendars`."""

    def next_open(self, calendar: str, at: datetime) -> datetime:
        """See `sdk.Calendars.next_open`."""
        return self._moment("calendars.next_open", calendar=calendar, at=at.isoformat())

    def next_close(self, calendar: str, at: datetime) -> datetime:
        """See `sdk.Calendars.next_close`."""
        return self._moment("calendars.next_close", calendar=calendar, at=at.isoformat())

    def add_open_time(self, calendar: str, at: datetime, seconds: float) -> datetime:
        """See `sdk.Calendars.add_open_time`."""
        given = {"calendar": calendar, "at": at.isoformat(), "seconds": seconds}
        return self._moment("calendars.add_open_time", **given)

    def _moment(self, what: str, **arguments: Any) -> datetime:
        return _wire.read_instant(self._asking.ask(what, **arguments))


class StateProxy(_Part):
    """`ctx.state`."""

    def get(self, key: str, default: Any = None) -> Any:
        """See `sdk.State.get`."""
        found = self._asking.ask("state.get", key=key, default=None)
        return default if found is None else found

    def set(self, key: str, value: Any) -> None:
        """See `sdk.State.set`."""
        self._asking.ask("state.set", key=key, value=value)

    def delete(self, key: str) -> None:
        """See `sdk.State.delete`."""
        self._asking.ask("state.delete", key=key)

    def list(self) -> list[str]:
        """See `sdk.State.list`."""
        keys: list[str] = self._asking.ask("state.list")
        return keys


class HookProxy(_Part):
    """`ctx.hook`."""

    def verify_hmac(  # noqa: PLR0913  the protocol's
        self,
        slot: str,
        *,
        header: str,
        algorithm: str = "sha256",
        prefix: str = "",
        encoding: str = "hex",
        signed: str = "{body}",
        timestamp: str = "",
    ) -> bool:
        """See `sdk.Hook.verify_hmac`."""
        how = {"algorithm": algorithm, "encoding": encoding, "signed": signed}
        where = {"header": header, "prefix": prefix, "timestamp": timestamp}
        return bool(self._asking.ask("hook.verify_hmac", slot=slot, **where, **how))

    def verify_secret(
        self, slot: str, *, header: str = "", query: str = "", prefix: str = ""
    ) -> bool:
        """See `sdk.Hook.verify_secret`."""
        where = {"header": header, "query": query, "prefix": prefix}
        return bool(self._asking.ask("hook.verify_secret", slot=slot, **where))


class LiveProxy(_Part):
    """`ctx.progress` and `ctx.cancelled`: Garland is asked now and then, not each time."""

    _EVERY_S = 0.2

    def __init__(self, asking: Asking) -> None:
        super().__init__(asking)
        self._told_at = self._asked_at = -math.inf
        self._is_cancelled = False

    def report(self, fraction: float, text: str) -> None:
        """See `sdk.Context.progress`."""
        now = time.monotonic()
        if now - self._told_at >= self._EVERY_S:
            self._told_at = now
            self._asking.tell("live.report", fraction=float(fraction), text=str(text))

    def is_cancelled(self) -> bool:
        """See `sdk.Context.cancelled`."""
        now = time.monotonic()
        if not self._is_cancelled and now - self._asked_at >= self._EVERY_S:
            self._asked_at = now
            self._is_cancelled = bool(self._asking.ask("live.is_cancelled"))
        return self._is_cancelled


class LogProxy(_Part):
    """`ctx.log`: told at once, so that lines of a call that never ends are not lost."""

    def info(self, message: str) -> None:
        """See `sdk.Log.info`."""
        self._asking.tell("log.info", message=str(message))

    def warning(self, message: str) -> None:
        """See `sdk.Log.warning`."""
        self._asking.tell("log.warning", message=str(message))


def make_context(channel: Channel, call: str, given: Mapping[str, Any]) -> Context:
    """Make what the block's `run` gets."""
    asking = Asking(channel, call)
    return Context(
        config=given["config"],
        input=given["input"],
        http=HttpProxy(asking),
        mail=MailProxy(asking),
        alarms=AlarmsProxy(asking),
        tables=TablesProxy(asking),
        calendars=CalendarsProxy(asking),
        state=StateProxy(asking),
        hook=HookProxy(asking),
        log=LogProxy(asking),
        live=LiveProxy(asking),
        run=_wire.read_facts(given["facts"]),
    )
