"""What stands behind `ctx` inside a child: every ability asks Garland over the channel."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blocks.sandbox import _wire
from blocks.sandbox._alarms_proxy import AlarmsProxy
from blocks.sandbox._asking import Asking, Part
from blocks.sandbox._device_proxies import MqttProxy, SnmpProxy
from blocks.sandbox._frames import Channel
from blocks.sandbox._hook_proxy import HookProxy
from blocks.sandbox._inventory_proxy import InventoryProxy
from blocks.sandbox._ssh_proxies import NetconfProxy, SshProxy
from blocks.sdk import Context, Decided, HttpResponse


class HttpProxy(Part):
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


class MailProxy(Part):
    """`ctx.mail`."""

    def send(self, *, to: list[str], subject: str, body: str) -> str:
        """See `sdk.Mail.send`."""
        sent: str = self._asking.ask("mail.send", to=list(to), subject=subject, body=body)
        return sent


class TablesProxy(Part):
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


class CalendarsProxy(Part):
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


class StateProxy(Part):
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


class LiveProxy(Part):
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


class LogProxy(Part):
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
        snmp=SnmpProxy(asking),
        mqtt=MqttProxy(asking),
        ssh=SshProxy(asking),
        netconf=NetconfProxy(asking),
        inventory=InventoryProxy(asking),
        hook=HookProxy(asking),
        log=LogProxy(asking),
        live=LiveProxy(asking),
        run=_wire.read_facts(given["facts"]),
    )
