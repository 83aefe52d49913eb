"""A tenant's services: added, changed, removed, listed with the worst first."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.cursors import read_number, read_place
from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.ids import new_id
from runtime.alarms.lives import latest_line
from runtime.calendars.store import calendar_names
from runtime.services._tables import ServiceFollowing, ServiceRow
from runtime.services.defining import define
from runtime.services.deriving import LATE_MAX
from runtime.services.model import Service, footing_of, parse_service, service_document
from runtime.services.record import cause_from
from runtime.services.state import Footing
from runtime.services.timeline import Cause, State
from tenancy.rows import get_owned
from tenancy.scope import system

log = structlog.get_logger(__name__)

SERVICES_MAX = 5_000
ALARMS = "alarms"


class ServiceChangedError(ConflictError):
    """Somebody else saved the service since it was read."""

    code = "services.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """One service, and how it does now."""

    id: UUID
    service: Service
    footing: Footing
    watched_from: datetime
    origin: str
    state: State
    is_down: bool
    since: datetime
    cause: Cause | None
    revision: int
    updated_at: datetime
    updated_by: str

    @property
    def name(self) -> str:
        """What its users call it."""
        return self.service.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFilter:
    """Which services to list: words that are part of name or key, a state, a kind; "" for all."""

    q: str = ""
    state: str = ""
    kind: str = ""


def add_service(
    session: Session, tenant_id: UUID, *, document: Any, by: str, now: datetime, origin: str = ""
) -> ServiceView:
    """Add a service; how it went is derived from the alarms that are known since it is in use.

    Raises:
        InvalidError: naming each field that cannot be taken, or the key that another one has.
        ConflictError: there are too many.
    """
    service = _checked(session, tenant_id, document, now=now)
    if find_by_key(session, tenant_id, service.key) is not None:
        raise _taken(service.key)
    mine = ServiceRow.tenant_id == tenant_id
    if (session.scalar(select(func.count(ServiceRow.id)).where(mine)) or 0) >= SERVICES_MAX:
        raise ConflictError(f"there are {SERVICES_MAX:,} services already: remove some first")
    since = service.watched_from or now
    row = ServiceRow(id=new_id(), tenant_id=tenant_id, revision=1, origin=origin, since=since)
    row.watched_from, row.defined_at, row.footing = since, since, []
    row.state, row.state_rank, row.is_down, row.cause = State.WORKING, 0, False, None
    _write(row, service, by=by, now=now)
    _begin_following(session)
    with or_taken(session, _taken(service.key)):
        session.add(row)
    define(session, row, service, since=since, now=now)
    log.info("service_added", service_id=str(row.id))
    return view_of(row)


def save_service(  # noqa: PLR0913  who changes what, on which revision and when
    session: Session,
    tenant_id: UUID,
    service_id: UUID,
    *,
    document: Any,
    expected_revision: int,
    by: str,
    now: datetime,
    origin: str | None = None,
) -> ServiceView:
    """Change a service. What it rests on counts from now on: the past stays as it was.

    Raises:
        InvalidError: naming each field that cannot be taken.
        ServiceChangedError: somebody else saved it meanwhile.
    """
    service = _checked(session, tenant_id, document, now=now)
    row = get_owned(session, ServiceRow, tenant_id, service_id, name="service", lock=True)
    if row.revision != expected_revision:
        raise ServiceChangedError(
            f"{row.updated_by or 'somebody'} saved this service meanwhile: load it again",
            revision=row.revision,
        )
    other = find_by_key(session, tenant_id, service.key)
    if other is not None and other.id != service_id:
        raise _taken(service.key)
    is_new = view_of(row).service.structure != service.structure
    with or_taken(session, _taken(service.key)):
        _write(row, replace(service, watched_from=row.watched_from), by=by, now=now)
    row.origin = row.origin if origin is None else origin
    row.revision += 1
    if is_new:
        define(session, row, service, since=now, now=now)
    session.flush()
    return view_of(row)


def remove_service(session: Session, tenant_id: UUID, service_id: UUID) -> ServiceView:
    """Remove a service, and with it all that is known of how it went; raises NotFoundError."""
    row = get_owned(session, ServiceRow, tenant_id, service_id, name="service", lock=True)
    gone = view_of(row)
    session.delete(row)
    session.flush()
    return gone


def get_service(session: Session, tenant_id: UUID, service_id: UUID) -> ServiceView:
    """Give one service; raises NotFoundError."""
    return view_of(get_owned(session, ServiceRow, tenant_id, service_id, name="service"))


def find_by_key(session: Session, tenant_id: UUID, key: str) -> ServiceView | None:
    """Give the service of that key, or None."""
    wanted = select(ServiceRow).where(ServiceRow.tenant_id == tenant_id, ServiceRow.key == key)
    row = session.scalar(wanted)
    return view_of(row) if row is not None else None


def list_services(
    session: Session,
    tenant_id: UUID,
    wanted: ServiceFilter,
    *,
    limit: int = 50,
    after: Sequence[str] | None = None,
) -> list[ServiceView]:
    """List services, the worst first, then by name; `after` is where the page before ended."""
    query = select(ServiceRow).where(ServiceRow.tenant_id == tenant_id, *_conditions(wanted))
    if after is not None:
        query = query.where(_beyond(after))
    order = (ServiceRow.state_rank.desc(), ServiceRow.sort_name, ServiceRow.id)
    return [view_of(row) for row in session.scalars(query.order_by(*order).limit(limit))]


def service_names(session: Session, tenant_id: UUID) -> list[str]:
    """List keys and names of the services, which there are few of (`SERVICES_MAX`)."""
    wanted = select(ServiceRow.key, ServiceRow.name).where(ServiceRow.tenant_id == tenant_id)
    return [one for row in session.execute(wanted) for one in row]


def services_agreed_by(session: Session, tenant_id: UUID, calendar: str) -> list[str]:
    """Name the services whose agreement counts in the hours of a calendar."""
    named = ServiceRow.document[("sla", "calendar")].as_string() == calendar
    query = select(ServiceRow.name).where(ServiceRow.tenant_id == tenant_id, named)
    return list(session.scalars(query.order_by(ServiceRow.sort_name, ServiceRow.id)))


def place_of(one: ServiceView) -> list[str]:
    """Give where a page that ends with this service ended, for `after`."""
    return [str(one.state.rank), _sort_name(one.name), str(one.id)]


def count_by_state(session: Session, tenant_id: UUID) -> dict[State, int]:
    """Count the services in each state; every state is there."""
    found = session.execute(
        select(ServiceRow.state, func.count(ServiceRow.id))
        .where(ServiceRow.tenant_id == tenant_id)
        .group_by(ServiceRow.state)
    )
    counts = {State(state): number for state, number in found}
    return {one: counts.get(one, 0) for one in reversed(State)}


def view_of(row: ServiceRow) -> ServiceView:
    """Freeze a row."""
    service = parse_service({**row.document, "watched_from": format_instant(row.watched_from)})
    names = ("id", "watched_from", "origin", "is_down", "since", "revision")
    return ServiceView(
        service=replace(service, watched_from=row.watched_from),
        footing=footing_of(row.key, row.document, row.footing),
        state=State(row.state),
        cause=cause_from(row.cause),
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        **{name: getattr(row, name) for name in names},
    )


def _checked(session: Session, tenant_id: UUID, document: Any, *, now: datetime) -> Service:
    service = parse_service(document)
    agreed, problems = service.agreement, []
    if agreed and agreed.calendar and agreed.calendar not in calendar_names(session, tenant_id):
        message = f"sla/calendar: there is no calendar {agreed.calendar}: add it, or leave it out"
        problems.append(Problem("/sla/calendar", message))
    since = service.watched_from
    if since is not None and not now - LATE_MAX <= since <= now:
        message = f"watched_from: choose an instant in the last {LATE_MAX.days} days"
        problems.append(Problem("/watched_from", message))
    if problems:
        raise InvalidError("the service cannot be kept as it is", problems=problems)
    return service


def _write(row: ServiceRow, service: Service, *, by: str, now: datetime) -> None:
    row.key, row.name, row.sort_name = service.key, service.name, _sort_name(service.name)
    row.kind, row.note, row.zone = service.kind, service.note, service.zone.key
    row.document = service_document(service)
    row.updated_at, row.updated_by = now, by[:200]


def _begin_following(session: Session) -> None:
    """Let the history of alarms be followed from here on, where there was no service yet."""
    if session.get(ServiceFollowing, ALARMS) is None:
        with system(session):
            seq = latest_line(session)
        begun = ConflictError("somebody else began at the same moment")
        with suppress(ConflictError), or_taken(session, begun):
            session.add(ServiceFollowing(name=ALARMS, seq=seq))


def _sort_name(name: str) -> str:
    return name.casefold()[:240]


def _beyond(after: Sequence[str]) -> ColumnElement[bool]:
    rank, name, last = read_place(after, read_number, str, UUID)
    same = ServiceRow.state_rank == rank
    return or_(
        ServiceRow.state_rank < rank,
        same & (ServiceRow.sort_name > name),
        same & (ServiceRow.sort_name == name) & (ServiceRow.id > last),
    )


def _conditions(wanted: ServiceFilter) -> list[ColumnElement[bool]]:
    texts = (ServiceRow.name, ServiceRow.key)
    found: list[ColumnElement[bool]] = [
        or_(*(text.icontains(word, autoescape=True) for text in texts))
        for word in wanted.q.split()[:8]
    ]
    if wanted.state:
        found.append(ServiceRow.state == State(wanted.state))
    if wanted.kind:
        found.append(ServiceRow.kind == wanted.kind)
    return found


def _taken(key: str) -> InvalidError:
    message = f"key: there is a service {key} already: choose another key"
    return InvalidError(message, problems=[Problem("/key", message)])
