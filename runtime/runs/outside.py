"""Calls to the outside for a step: by which broker, with which connection, and when its turn is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID

from blocks.brokers.mqtt import MqttBroker
from blocks.brokers.snmp import SnmpBroker
from blocks.brokers.ssh import SshBroker
from blocks.manifest import Manifest
from blocks.sdk import (
    BlockError,
    HookCheck,
    HttpRequest,
    HttpResponse,
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
from runtime.connections.carrying import CarriesHttp
from runtime.connections.devices import CarriesMqtt, CarriesSnmp, for_broker, for_device
from runtime.connections.granting import NOTHING_GRANTED, Grants
from runtime.connections.serving import Connections
from runtime.connections.ssh_logins import with_login
from runtime.flows.model import Step
from runtime.runs.calls import Answer, Call, Calls
from runtime.runs.spans import traced
from tenancy.connections.model import Opened


class CarriesMail(Protocol):
    """Carries mail to a mail server: `blocks.brokers.mail`."""

    def send(self, message: MailMessage, /) -> None:
        """Hand a mail over; raises BlockError, see `blocks.sdk.Mail.send`."""
        ...


class CarriesSsh(Protocol):
    """Signs in at devices: `blocks.brokers.ssh`."""

    def run(self, call: SshCall, /) -> tuple[SshAnswer, ...]:
        """Carry out commands; raises BlockError, see `blocks.sdk.Ssh`."""
        ...

    def netconf(self, call: NetconfCall, /) -> NetconfAnswer:
        """Carry out a request; raises BlockError, see `blocks.sdk.Netconf`."""
        ...


@dataclass(frozen=True, slots=True)
class Brokers:
    """What carries calls out of the installation, and the connections that they are made with."""

    http: CarriesHttp
    mail: CarriesMail
    connections: Connections | None = None
    snmp: CarriesSnmp = field(default_factory=SnmpBroker)
    mqtt: CarriesMqtt = field(default_factory=MqttBroker)
    ssh: CarriesSsh = field(default_factory=SshBroker)


def granted(
    brokers: Brokers, tenant_id: UUID, step: Step, manifest: Manifest, *, keeps: bool = True
) -> Grants:
    """Say what a step may use."""
    return Grants(
        connections=brokers.connections,
        tenant_id=tenant_id,
        named=step.connections,
        slots=manifest.secrets,
        keeps=keeps,
    )


class Outside:
    """Calls to the outside, the same wherever a step runs."""

    def __init__(self, brokers: Brokers, calls: Calls | None = None) -> None:
        self._brokers = brokers
        self._calls = calls
        self._grants = NOTHING_GRANTED
        self._pretended: Mapping[str, Any] = {}
        self.desk: Desk = EmptyDesk()

    def connection_of(self, slot: str, /) -> Opened | None:
        """Open the connection of a slot, for a broker of the host; see `Grants.connection_of`."""
        return self._grants.connection_of(slot)

    def pretend(self, alarm: Any) -> None:
        """Take a trial's alarm for one that is there, where no other has its id."""
        self._pretended = alarm if isinstance(alarm, Mapping) else {}

    def http(self, request: HttpRequest, /) -> HttpResponse:
        """Carry out a call to the outside, with the connection that it names."""
        return self._grants.carry(request, self._carry)

    def _carry(self, request: HttpRequest) -> HttpResponse:
        return self._in_turn(request, self._send)

    def _send(self, request: HttpRequest) -> HttpResponse:
        with traced(request) as carried:
            return self._brokers.http.send(carried)

    def mail(self, message: MailMessage, /) -> None:
        """Hand a mail to the mail server, under the name that the tenant's brand gives."""
        self._brokers.mail.send(replace(message, sender_name=self._mail_name()))

    def _mail_name(self) -> str:
        """Give who mails are from; the operator's name where nobody knows better."""
        return ""

    def snmp(self, request: SnmpRequest, /) -> list[SnmpValue]:
        """Carry out an errand at a device, with the connection that it names."""
        ready = for_device(request, self.connection_of(request.slot))
        return self._in_turn(ready, self._brokers.snmp.ask)

    def mqtt(self, request: MqttRequest, /) -> MqttMessage | None:
        """Carry out an errand at a broker, with the connection that it names, if any."""
        opened = self.connection_of(request.slot) if request.slot else None
        return self._in_turn(for_broker(request, opened), self._brokers.mqtt.carry)

    def ssh(self, call: SshCall, /) -> tuple[SshAnswer, ...]:
        """Carry out commands on a device, with the connection that it names."""
        return self._in_turn(with_login(call, self._grants), self._brokers.ssh.run)

    def netconf(self, call: NetconfCall, /) -> NetconfAnswer:
        """Carry out a request to a device, with the connection that it names."""
        return self._in_turn(with_login(call, self._grants), self._brokers.ssh.netconf)

    def check_hook(self, _check: HookCheck, /) -> bool:
        """Say that there is no request; a trigger that is asked about one has its own services."""
        raise BlockError("hook.no_request", "There is no request here.", retryable=False)

    def _in_turn(self, call: Call, send: Callable[[Call], Answer]) -> Answer:
        """Make a call when there is a place for it."""
        return send(call) if self._calls is None else self._calls.carry(call, send)
