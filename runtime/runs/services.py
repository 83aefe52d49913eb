"""The world as one tenant's step sees it: calls to the outside, and the tenant's own data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from blocks.alarm_filters import WantedAlarms
from blocks.brokers.mqtt import MqttBroker
from blocks.brokers.snmp import SnmpBroker
from blocks.brokers.ssh import SshBroker
from blocks.manifest import Manifest
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
from kernel.errors import NotFoundError
from runtime.alarms.documents import alarm_document
from runtime.alarms.filters import read_id
from runtime.alarms.store import find_alarm
from runtime.calendars.hours import NeverError, moment_in
from runtime.calendars.store import find_calendar
from runtime.connections.carrying import CarriesHttp
from runtime.connections.devices import CarriesMqtt, CarriesSnmp, for_broker, for_device
from runtime.connections.granting import NOTHING_GRANTED, Grants
from runtime.connections.serving import Connections
from runtime.connections.ssh_logins import with_login
from runtime.flows.decisions import decisions_of
from runtime.flows.model import Step
from runtime.inventory.lookup import look_up, table_exists
from runtime.runs.alarm_reads import find_documents
from runtime.runs.calls import Calls
from runtime.runs.inventory import TenantInventory
from runtime.runs.spans import traced
from tenancy.connections.model import Opened
from tenancy.scope import as_tenant, bind


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


class _Outside:
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
        """Make a call when there is a place for it."""
        if self._calls is None:
            return self._send(request)
        return self._calls.carry(request, self._send)

    def _send(self, request: HttpRequest) -> HttpResponse:
        with traced(request) as carried:
            return self._brokers.http.send(carried)

    def mail(self, message: MailMessage, /) -> None:
        """Hand a mail to the mail server."""
        self._brokers.mail.send(message)

    def snmp(self, request: SnmpRequest, /) -> list[SnmpValue]:
        """Carry out an errand at a device, with the connection that it names."""
        ready = for_device(request, self.connection_of(request.slot))
        send = self._brokers.snmp.ask
        return send(ready) if self._calls is None else self._calls.carry(ready, send)

    def mqtt(self, request: MqttRequest, /) -> MqttMessage | None:
        """Carry out an errand at a broker, with the connection that it names, if any."""
        opened = self.connection_of(request.slot) if request.slot else None
        ready, send = for_broker(request, opened), self._brokers.mqtt.carry
        return send(ready) if self._calls is None else self._calls.carry(ready, send)

    def ssh(self, call: SshCall, /) -> tuple[SshAnswer, ...]:
        """Carry out commands on a device, when there is a place for it."""
        signed = with_login(call, self._grants)
        send = self._brokers.ssh.run
        return send(signed) if self._calls is None else self._calls.carry(signed, send)

    def netconf(self, call: NetconfCall, /) -> NetconfAnswer:
        """Carry out a request to a device, when there is a place for it."""
        signed = with_login(call, self._grants)
        send = self._brokers.ssh.netconf
        return send(signed) if self._calls is None else self._calls.carry(signed, send)

    def check_hook(self, _check: HookCheck, /) -> bool:
        """Say that there is no request; a trigger that is asked about one has its own services."""
        raise BlockError("hook.no_request", "There is no request here.", retryable=False)


class TenantServices(_Outside):
    """Serves one tenant's steps, reading by the session of the transaction at hand."""

    def __init__(self, session: Session, tenant_id: UUID, brokers: Brokers) -> None:
        super().__init__(brokers)
        self._session = session
        self._tenant_id = tenant_id

    def grant(self, step: Step, manifest: Manifest) -> None:
        """Serve a step from here on: with the connections that it names, and no others."""
        self._grants = granted(self._brokers, self._tenant_id, step, manifest, keeps=False)

    def find_alarm(self, alarm_id: str, /) -> dict[str, Any] | None:
        """Give one of the tenant's alarms as a document."""
        found, key = None, read_id(alarm_id)
        if key is not None:
            with as_tenant(self._session, self._tenant_id):
                found = find_alarm(self._session, self._tenant_id, key)
        if found is not None:
            return alarm_document(found)
        return dict(self._pretended) if self._pretended.get("id") == alarm_id else None

    def find_alarms(self, wanted: WantedAlarms, /) -> dict[str, Any]:
        """Give those of the tenant's alarms that fit."""
        with as_tenant(self._session, self._tenant_id):
            return find_documents(self._session, self._tenant_id, wanted)

    def look_up(self, table: str, key: str, /) -> dict[str, Any] | None:
        """Give a row of one of the tenant's tables."""
        with as_tenant(self._session, self._tenant_id):
            row = look_up(self._session, self._tenant_id, table, key)
            if row is None and not table_exists(self._session, self._tenant_id, table):
                raise BlockError("tables.unknown", f"There is no table {table}: add it first.")
        return row

    def decide(
        self,
        table: str,
        values: Mapping[str, Any],
        alarm: Mapping[str, Any],
        version: int | None,
        /,
    ) -> Decided:
        """Ask one of the tenant's decision tables."""
        with as_tenant(self._session, self._tenant_id):
            return decisions_of(self._session).decide(
                self._session, self._tenant_id, table, values, alarm=alarm, version=version
            )

    def calendar_moment(
        self, calendar: str, what: CalendarMoment, at: datetime, open_s: float, /
    ) -> datetime:
        """Give a moment of one of the tenant's business calendars."""
        with as_tenant(self._session, self._tenant_id):
            try:
                found = find_calendar(self._session, self._tenant_id, calendar)
            except NotFoundError:
                message = f"There is no calendar {calendar}: add it, or choose another."
                raise BlockError("calendars.unknown", message) from None
        try:
            return moment_in(found, what, at, open_s)
        except NeverError as error:
            raise BlockError("calendars.never", f"{error.message}.") from None

    @property
    def inventory(self) -> Inventory:
        """The tenant's inventory and services."""
        return TenantInventory(self._tenant_id, self._reading)

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with as_tenant(self._session, self._tenant_id):
            yield self._session


class DetachedServices(_Outside):
    """Serves a step that runs apart from any transaction: each question gets a session."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        tenant_id: UUID,
        brokers: Brokers,
        calls: Calls | None = None,
    ) -> None:
        super().__init__(brokers, calls)
        self._sessions = sessions
        self._tenant_id = tenant_id

    def grant(self, step: Step, manifest: Manifest) -> None:
        """Let the step use the connections that it names, and no others."""
        self._grants = granted(self._brokers, self._tenant_id, step, manifest)

    def find_alarm(self, alarm_id: str, /) -> dict[str, Any] | None:
        """Give one of the tenant's alarms as a document."""
        with self._sessions() as session:
            bind(session, self._tenant_id)
            services = TenantServices(session, self._tenant_id, self._brokers)
            services.pretend(self._pretended)
            return services.find_alarm(alarm_id)

    def find_alarms(self, wanted: WantedAlarms, /) -> dict[str, Any]:
        """Give those of the tenant's alarms that fit."""
        with self._sessions() as session:
            bind(session, self._tenant_id)
            return TenantServices(session, self._tenant_id, self._brokers).find_alarms(wanted)

    def look_up(self, table: str, key: str, /) -> dict[str, Any] | None:
        """Give a row of one of the tenant's tables."""
        with self._sessions() as session:
            bind(session, self._tenant_id)
            return TenantServices(session, self._tenant_id, self._brokers).look_up(table, key)

    def decide(
        self,
        table: str,
        values: Mapping[str, Any],
        alarm: Mapping[str, Any],
        version: int | None,
        /,
    ) -> Decided:
        """Ask one of the tenant's decision tables."""
        with self._sessions() as session:
            bind(session, self._tenant_id)
            services = TenantServices(session, self._tenant_id, self._brokers)
            return services.decide(table, values, alarm, version)

    def calendar_moment(
        self, calendar: str, what: CalendarMoment, at: datetime, open_s: float, /
    ) -> datetime:
        """Give a moment of one of the tenant's business calendars."""
        with self._sessions() as session:
            bind(session, self._tenant_id)
            services = TenantServices(session, self._tenant_id, self._brokers)
            return services.calendar_moment(calendar, what, at, open_s)

    @property
    def inventory(self) -> Inventory:
        """The tenant's inventory and services."""
        return TenantInventory(self._tenant_id, self._reading)

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        """Open a session that takes no lock on SQLite: a large network takes seconds to read."""
        engine = self._sessions.kw["bind"]
        with self._sessions(bind=engine.execution_options(garland_read_only=True)) as session:
            bind(session, self._tenant_id)
            yield session
