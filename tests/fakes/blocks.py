"""A world for blocks that says yes to everything and remembers what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blocks.alarm_filters import WantedAlarms, pick
from blocks.sdk import (
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


@dataclass
class FakeServices:
    """Implements `blocks.services.Services`; alarms and rows are there when put in."""

    alarms: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    requests: list[HttpRequest] = field(default_factory=list)
    mails: list[MailMessage] = field(default_factory=list)
    device_calls: list[SshCall | NetconfCall] = field(default_factory=list)
    desk: Desk = field(default_factory=EmptyDesk)
    snmp_requests: list[SnmpRequest] = field(default_factory=list)
    mqtt_requests: list[MqttRequest] = field(default_factory=list)
    inventory: Inventory = field(default_factory=FileInventory)

    def http(self, request: HttpRequest, /) -> HttpResponse:
        """Remember the call and answer 200."""
        self.requests.append(request)
        return HttpResponse(status=200, body=b"{}")

    def mail(self, message: MailMessage, /) -> None:
        """Remember the mail."""
        self.mails.append(message)

    def find_alarm(self, alarm_id: str, /) -> dict[str, Any] | None:
        """Give an alarm that was put in."""
        return self.alarms.get(alarm_id)

    def find_alarms(self, wanted: WantedAlarms, /) -> dict[str, Any]:
        """Pick from those that were put in."""
        return pick(self.alarms.values(), wanted)

    def look_up(self, table: str, key: str, /) -> dict[str, Any] | None:
        """Give a row that was put in."""
        return self.rows.get((table, key))

    def decide(
        self,
        _table: str,
        _values: Mapping[str, Any],
        _alarm: Mapping[str, Any],
        _version: int | None,
        /,
    ) -> Decided:
        """Say that no row matches."""
        return Decided("none", {"rows": []})

    def calendar_moment(
        self, _calendar: str, _what: CalendarMoment, at: datetime, _open_s: float, /
    ) -> datetime:
        """Be open at all times."""
        return at

    def snmp(self, request: SnmpRequest, /) -> list[SnmpValue]:
        """Remember the errand; every variable is missing."""
        self.snmp_requests.append(request)
        return [SnmpValue(oid=oid, kind="missing") for oid in request.oids if request.do == "get"]

    def mqtt(self, request: MqttRequest, /) -> MqttMessage | None:
        """Remember the errand; nothing is kept."""
        self.mqtt_requests.append(request)
        return None

    def ssh(self, call: SshCall, /) -> tuple[SshAnswer, ...]:
        """Remember the call and say nothing to each command."""
        self.device_calls.append(call)
        return tuple(SshAnswer(command=one, status=0) for one in call.commands)

    def netconf(self, call: NetconfCall, /) -> NetconfAnswer:
        """Remember the call and give an empty answer."""
        self.device_calls.append(call)
        return NetconfAnswer()

    def check_hook(self, _check: HookCheck, /) -> bool:
        """Say that it fits."""
        return True
