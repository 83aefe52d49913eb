"""What blocks reach in a rehearsal: the outside by the brokers, tables and one alarm from files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from blocks.alarm_filters import WantedAlarms, pick
from blocks.sdk import (
    BlockError,
    CalendarMoment,
    Decided,
    HookCheck,
    HttpRequest,
    HttpResponse,
    Inventory,
    MailMessage,
    MqttMessage,
    MqttRequest,
    NetconfAnswer,
    NetconfCall,
    SnmpRequest,
    SnmpValue,
    SshAnswer,
    SshCall,
)
from blocks.services import Desk, EmptyDesk
from runtime.rehearsal.inventory import FileInventory
from runtime.rules.published import ask_for_step
from runtime.rules.tables.model import Table
from runtime.runs.outside import Brokers


@dataclass(frozen=True, slots=True, kw_only=True)
class FileServices:
    """Serves steps from what the command was given.

    Attributes:
        brokers: What carries calls to the outside.
        tables: Look-up tables: by name, rows by key.
        decisions: Decision tables, by what the workflow calls them.
        alarm: The alarm of the trigger, the only one there is.
        desk: What steps keep: nothing.
        inventory: The network; empty unless one is given.
    """

    brokers: Brokers
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    decisions: Mapping[str, Table] = field(default_factory=dict)
    alarm: Mapping[str, Any] = field(default_factory=dict)
    desk: Desk = field(default_factory=EmptyDesk)
    inventory: Inventory = field(default_factory=FileInventory)

    def http(self, request: HttpRequest, /) -> HttpResponse:
        """Carry out a call to the outside; there are no connections, nor the address in one."""
        if not request.url:
            message = "The address is in a connection, and a rehearsal has none: publish it to try."
            raise BlockError("connections.missing", message, retryable=False)
        return self.brokers.http.send(request)

    def mail(self, message: MailMessage, /) -> None:
        """Hand a mail to the mail server."""
        self.brokers.mail.send(message)

    def ssh(self, call: SshCall, /) -> tuple[SshAnswer, ...]:
        """Carry out commands on a device: without a connection, which a file has none of."""
        return self.brokers.ssh.run(call)

    def netconf(self, call: NetconfCall, /) -> NetconfAnswer:
        """Carry out a request to a device, likewise."""
        return self.brokers.ssh.netconf(call)

    def find_alarm(self, alarm_id: str, /) -> dict[str, Any] | None:
        """Give the trigger's alarm, if it is the one that is asked for."""
        return dict(self.alarm) if self.alarm.get("id") == alarm_id else None

    def find_alarms(self, wanted: WantedAlarms, /) -> dict[str, Any]:
        """Give the trigger's alarm, if it is among those that are asked for."""
        return pick([self.alarm] if self.alarm else [], wanted)

    def look_up(self, table: str, key: str, /) -> dict[str, Any] | None:
        """Give a row of one of the tables."""
        if table not in self.tables:
            raise BlockError("tables.unknown", f"There is no table {table}: give it with --tables.")
        row = self.tables[table].get(key)
        return dict(row) if row is not None else None

    def decide(
        self,
        table: str,
        values: Mapping[str, Any],
        alarm: Mapping[str, Any],
        version: int | None,  # noqa: ARG002  the protocol's; a file has one
        /,
    ) -> Decided:
        """Ask one of the decision tables."""
        if table not in self.decisions:
            message = f"There is no decision table {table}: give it with --decisions."
            raise BlockError("tables.unknown", message)
        return ask_for_step(self.decisions[table], values, alarm)

    def calendar_moment(
        self,
        calendar: str,  # noqa: ARG002  the protocol's
        what: CalendarMoment,  # noqa: ARG002
        at: datetime,
        open_s: float,
        /,
    ) -> datetime:
        """Give the moment as if it were always business hours: a file knows no calendar."""
        return at + timedelta(seconds=open_s)

    def snmp(self, request: SnmpRequest, /) -> list[SnmpValue]:
        """Say that there is no connection: a file holds no community and no user's secrets."""
        return self.brokers.snmp.ask(request)

    def mqtt(self, request: MqttRequest, /) -> MqttMessage | None:
        """Speak to a broker, without a connection."""
        return self.brokers.mqtt.carry(request)

    def check_hook(self, _check: HookCheck, /) -> bool:
        """Say that there is no request: a rehearsal begins after the trigger."""
        raise BlockError("hook.no_request", "There is no request here.", retryable=False)
