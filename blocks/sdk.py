"""What the author of a block imports: the context a step gets, and the ways it can end.

A block is one function, `def run(ctx: Context) -> Outcome`. It reads `ctx.config` and `ctx.input`,
may use the abilities its manifest asks for (`ctx.http`, `ctx.mail`, `ctx.alarms`, `ctx.tables`,
`ctx.calendars`, `ctx.state`, `ctx.inventory`, `ctx.ssh`, `ctx.netconf`, `ctx.snmp`, `ctx.mqtt`; a
webhook trigger `ctx.hook`), says how far it is (`ctx.progress`,
`ctx.cancelled`), and ends with `ctx.emit(...)`, `ctx.wait(...)` or by raising `BlockError`; a block
whose manifest declares a `behaviour.control` ends with one of the other outcomes of
`blocks.outcomes`. It keeps nothing between calls but `ctx.state`: module variables are lost, or
worse, shared. `async def run` is awaited on a loop of its own; abilities are ordinary calls there
too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from blocks.oids import name_of, read_oid
from blocks.outcomes import Ask, Await, BlockError, Call, Emit, End, LogLine, Loop, Outcome, Wait
from blocks.permissions.alarms import Alarms
from blocks.permissions.calendars import CalendarMoment, Calendars
from blocks.permissions.hook import Hook, HookCheck
from blocks.permissions.http import Http, HttpRequest, HttpResponse
from blocks.permissions.inventory import Direction, Inventory
from blocks.permissions.mail import Mail, MailMessage
from blocks.permissions.mqtt import Mqtt, MqttMessage, MqttRequest
from blocks.permissions.netconf import Netconf, NetconfAnswer, NetconfCall
from blocks.permissions.snmp import Snmp, SnmpRequest, SnmpValue
from blocks.permissions.ssh import Ssh, SshAnswer, SshCall
from blocks.permissions.state import Live, State
from blocks.permissions.tables import Decided, Tables
from blocks.versions import SDK_VERSION

__all__ = [
    "SDK_VERSION",
    "Alarms",
    "Ask",
    "Await",
    "BlockError",
    "CalendarMoment",
    "Calendars",
    "Call",
    "Context",
    "Decided",
    "Direction",
    "Emit",
    "End",
    "Facts",
    "Hook",
    "HookCheck",
    "Http",
    "HttpRequest",
    "HttpResponse",
    "Inventory",
    "Live",
    "Log",
    "LogLine",
    "Loop",
    "Mail",
    "MailMessage",
    "Mqtt",
    "MqttMessage",
    "MqttRequest",
    "Netconf",
    "NetconfAnswer",
    "NetconfCall",
    "Outcome",
    "Snmp",
    "SnmpRequest",
    "SnmpValue",
    "Ssh",
    "SshAnswer",
    "SshCall",
    "State",
    "Tables",
    "Wait",
    "name_of",
    "read_oid",
]


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
    state: State
    snmp: Snmp
    mqtt: Mqtt
    ssh: Ssh
    netconf: Netconf
    inventory: Inventory
    hook: Hook
    log: Log
    live: Live
    run: Facts

    @property
    def cancelled(self) -> bool:
        """Whether the run is being cancelled, or the step's time is nearly up: stop soon.

        Cheap to ask as often as you like. A step that ends in time may hand on what it has.
        """
        return self.live.is_cancelled()

    def progress(self, fraction: float, text: str = "") -> None:
        """Say how far a long step is; the run's page shows it while the step works.

        Args:
            fraction: From 0 to 1; what lies outside is taken for the nearer end.
            text: At most 200 characters. What is said within a second of the last is not shown.
        """
        self.live.report(fraction, text)

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
