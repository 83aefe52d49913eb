"""The world as one tenant's step sees it: calls to the outside, and the tenant's own data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session, sessionmaker
from typing_extensions import override

from blocks.alarm_filters import WantedAlarms
from blocks.manifest import Manifest
from blocks.sdk import (
    BlockError,
    CalendarMoment,
    Decided,
    Inventory,
)
from kernel.errors import NotFoundError
from runtime.alarms.documents import alarm_document
from runtime.alarms.filters import read_id
from runtime.alarms.store import find_alarm
from runtime.calendars.hours import NeverError, moment_in
from runtime.calendars.store import find_calendar
from runtime.flows.decisions import decisions_of
from runtime.flows.model import Step
from runtime.inventory.lookup import look_up, table_exists
from runtime.runs.alarm_reads import find_documents
from runtime.runs.calls import Calls
from runtime.runs.inventory import TenantInventory
from runtime.runs.outside import Brokers, Outside, granted
from tenancy.brand.store import brand_for
from tenancy.scope import as_tenant, bind


class TenantServices(Outside):
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

    @override
    def _mail_name(self) -> str:
        return brand_for(self._session, self._tenant_id).mail_name


class DetachedServices(Outside):
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

    @override
    def _mail_name(self) -> str:
        with self._reading() as session:
            return brand_for(session, self._tenant_id).mail_name
