"""A connection whose secret or certificate runs out raises an alarm, and ends it itself.

As with a source that falls silent, the alarm is an event in the journal, written in the
transaction that notes on the connection what was told: once for each degree, whatever dies.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms.journal import append
from runtime.alarms.model import AlarmEvent, EventType, Severity
from runtime.connections.ends import SOON
from runtime.wake import wake_after_commit
from tenancy.connections import store
from tenancy.connections._tables import Connection
from tenancy.rows import find_owned
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

SAID_BY = "garland"
PROBLEM = "Connection runs out"
CAUSE = "keyExpired"
"""ITU-T X.736: cryptographic material has expired or is about to."""

VERY_SOON = timedelta(days=7)
BITE = 100


def degree(expires_at: datetime | None, *, now: datetime) -> Severity | None:
    """Say how bad it is: minor a month before, major a week before, critical once it is over.

    >>> from datetime import UTC
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> [degree(now + timedelta(days=days), now=now) for days in (31, 30, 7)]
    [None, <Severity.MINOR: 'minor'>, <Severity.MAJOR: 'major'>]
    """
    if expires_at is None or expires_at - now > SOON:
        return None
    if expires_at <= now:
        return Severity.CRITICAL
    return Severity.MAJOR if expires_at - now <= VERY_SOON else Severity.MINOR


def has_ending(session: Session, *, now: datetime) -> bool:
    """Tell whether there may be something to tell; call it in system scope."""
    return session.scalar(select(Connection.id).where(_is_due(now)).limit(1)) is not None


def tell_endings(session: Session, *, now: datetime, most: int = BITE) -> int:
    """Raise, change and clear alarms for what runs out, of all tenants; give how many.

    The caller commits. Each connection is looked at again under its lock.
    """
    with system(session):
        due = select(Connection.tenant_id, Connection.id).where(_is_due(now)).limit(most)
        found = session.execute(due).all()
    told = 0
    for tenant_id, connection_id in found:
        with as_tenant(session, tenant_id):
            row = find_owned(session, Connection, tenant_id, connection_id, lock=True)
            told += row is not None and _tell(session, row, now=now)
    return told


def remove_connection(
    session: Session,
    tenant_id: UUID,
    connection_id: UUID,
    *,
    used_by: store.Users,
    by: str,
    now: datetime,
) -> None:
    """Remove a connection, and clear what was told of its end; raises as the store does."""
    row = find_owned(session, Connection, tenant_id, connection_id, lock=True)
    end = _event(row, None, now=now) if row is not None and row.end_told else None
    store.delete_connection(session, tenant_id, connection_id, used_by=used_by, by=by, now=now)
    if end is not None:
        append(session, tenant_id, [end], now=now)
        wake_after_commit(session, "correlator")


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Name those whose degree has come, and those that were renewed since it was told."""
    ends, told = Connection.expires_at, Connection.end_told
    return or_(
        (ends <= now) & (told != Severity.CRITICAL.value),
        (ends > now) & (ends <= now + VERY_SOON) & (told != Severity.MAJOR.value),
        (ends > now + VERY_SOON) & (ends <= now + SOON) & (told != Severity.MINOR.value),
        (told != "") & or_(ends.is_(None), ends > now + SOON),
    )


def _tell(session: Session, row: Connection, *, now: datetime) -> bool:
    found = degree(row.expires_at, now=now)
    if row.end_told == (found.value if found else ""):
        return False
    row.end_told = found.value if found else ""
    append(session, row.tenant_id, [_event(row, found, now=now)], now=now)
    wake_after_commit(session, "correlator")
    named = {"tenant_id": str(row.tenant_id), "connection_id": str(row.id)}
    log.info("connection_end_told", **named, severity=row.end_told)
    return True


def _event(row: Connection, found: Severity | None, *, now: datetime) -> AlarmEvent:
    more: dict[str, Any] = {"raised_at": now} if found else {"cleared_at": now}
    return AlarmEvent(
        source=SAID_BY,
        managed_object=row.name,
        perceived_severity=found or Severity.CLEARED,
        event_type=EventType.TIME_DOMAIN_VIOLATION.value,
        probable_cause=CAUSE,
        specific_problem=PROBLEM,
        text=_words(row, found),
        reduction_key=f"connection ends {row.id}",
        attributes={"connection_id": str(row.id)},
        **more,
    )


def _words(row: Connection, found: Severity | None) -> str:
    what = "certificate" if row.kind == "mtls" else "secret"
    if found is None or row.expires_at is None:
        return f"The {what} of {row.name} was renewed, or is needed no more"
    at = format_instant(row.expires_at)
    if found is Severity.CRITICAL:
        return f"The {what} of {row.name} ran out at {at}: rotate it"
    return f"The {what} of {row.name} runs out at {at}: rotate it before"
