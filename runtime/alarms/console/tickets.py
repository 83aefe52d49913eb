"""Tickets that came of alarms: counted once each, when an alarm first carries the reference.

The reference is the attribute `ticket`, whoever sets it: a workflow after it opened one, a rule, a
person, or the source itself. Alarms of one ticket are one ticket, however many they are. It is open
until the attribute `ticket_status` says in TMF621's words that it is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, func, select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.alarms.console._tables import REFERENCE_MAX, AlarmTicket
from tenancy.rows import insert_new

TICKET, STATUS = "ticket", "ticket_status"
OVER = ("cancelled", "closed", "rejected", "resolved")
SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """One ticket, and the alarm that first carried it."""

    reference: str
    alarm_id: UUID
    at: datetime


def ticket_of(attributes: Mapping[str, Any]) -> str:
    """Give the reference of an alarm's ticket; "" where it has none.

    >>> ticket_of({"ticket": "INC-7"}), ticket_of({"ticket": 7}), ticket_of({"ticket": {}})
    ('INC-7', '7', '')
    """
    said = attributes.get(TICKET)
    is_number = isinstance(said, int) and not isinstance(said, bool)
    return str(said).strip()[:REFERENCE_MAX] if isinstance(said, str) or is_number else ""


def has_open_ticket() -> ColumnElement[bool]:
    """Give the condition of alarms whose ticket is not over yet."""
    reference, status = (
        func.coalesce(cast(AlarmRow.attributes[name].as_string(), String), "")
        for name in (TICKET, STATUS)
    )
    return and_(func.trim(reference) != "", func.lower(func.trim(status)).not_in(OVER))


def note_tickets(
    session: Session,
    tenant_id: UUID,
    alarms: Iterable[tuple[UUID, Mapping[str, Any]]],
    *,
    now: datetime,
) -> None:
    """Count the tickets that alarms carry, given as id and attributes; a known one stays so."""
    found: dict[str, UUID] = {}
    for alarm_id, attributes in alarms:
        if TICKET in attributes and (reference := ticket_of(attributes)):
            found.setdefault(reference, alarm_id)
    for reference in sorted(found):
        row = {"tenant_id": tenant_id, "reference": reference, "alarm_id": found[reference]}
        insert_new(session, AlarmTicket, {**row, "at": now}, keys=("tenant_id", "reference"))


def count_tickets(session: Session, tenant_id: UUID, *, since: datetime) -> int:
    """Count the tickets that were opened since an instant."""
    opened = select(func.count()).where(AlarmTicket.tenant_id == tenant_id, AlarmTicket.at >= since)
    return session.scalar(opened) or 0


def newest_tickets(session: Session, tenant_id: UUID, *, since: datetime) -> list[TicketView]:
    """List the newest tickets since an instant."""
    rows = session.execute(
        select(AlarmTicket.reference, AlarmTicket.alarm_id, AlarmTicket.at)
        .where(AlarmTicket.tenant_id == tenant_id, AlarmTicket.at >= since)
        .order_by(AlarmTicket.at.desc(), AlarmTicket.reference)
        .limit(SHOWN)
    )
    return [TicketView(reference=row.reference, alarm_id=row.alarm_id, at=row.at) for row in rows]
