"""The world as one tenant's step sees it: calls to the outside, and the tenant's own data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker

from blocks.manifest import Manifest
from blocks.sdk import (
    BlockError,
    CalendarMoment,
    Decided,
    HookCheck,
    HttpRequest,
    HttpResponse,
    MailMessage,
)
from blocks.services import Desk, EmptyDesk
from kernel.errors import NotFoundError
from runtime.alarms.documents import alarm_document
from runtime.alarms.store import find_alarm
from runtime.calendars.hours import NeverError, moment_in
from runtime.calendars.store import find_calendar
from runtime.connections.carrying import CarriesHttp
from runtime.connections.granting import NOTHING_GRANTED, Grants
from runtime.connections.serving import Connections
from runtime.flows.decisions import decisions_of
from runtime.flows.model import Step
from runtime.inventory.lookup import look_up, table_exists
from runtime.runs.calls import Calls
from runtime.runs.spans import traced
from tenancy.connections.model import Opened
from tenancy.scope import as_tenant, bind


class CarriesMail(Protocol):
    """Carries mail to a mail server: `blocks.brokers.mail`."""

    def send(self, message: MailMessage, /) -> None:
        """Hand a mail over; raises BlockError, see `blocks.sdk.Mail.send`."""
        ...


@dataclass(frozen=True, slots=True)
class Brokers:
    """What carries calls out of the installation, and the connections that they are made with."""

    http: CarriesHttp
    mail: CarriesMail
    connections: Connections | None = None


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
        self.desk: Desk = EmptyDesk()

    def connection_of(self, slot: str, /) -> Opened | None:
        """Open the connection of a slot, for a broker of the host; see `Grants.connection_of`."""
        return self._grants.connection_of(slot)

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
        try:
            key = UUID(alarm_id)
        except ValueError:
            return None
        with as_tenant(self._session, self._tenant_id):
            found = find_alarm(self._session, self._tenant_id, key)
        return alarm_document(found) if found is not None else None

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
            return TenantServices(session, self._tenant_id, self._brokers).find_alarm(alarm_id)

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
