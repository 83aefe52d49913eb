"""Closing months: from then on nothing is entered in one, and each side has its statement of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from kernel.ids import new_id
from marketplace.money._tables import (
    THE_ONLY,
    MarketEntry,
    MarketMissed,
    MarketMonth,
    MarketProgress,
    MarketStatement,
)
from marketplace.money.entries import CSP, CUSTOMER, RETAIL
from marketplace.money.months import last_day, month_of
from tenancy.rows import insert_many

log = structlog.get_logger(__name__)

CLOSED_AFTER = timedelta(days=3)
"""So long after a month it is closed: until then what was wrong is put right in it."""


def charged_until(session: Session) -> date | None:
    """Give the last day of which all is charged, or noted as missed; None where none is yet."""
    row = session.get(MarketProgress, THE_ONLY)
    return row.charged_until if row is not None else None


def note_charged(session: Session, day: date) -> None:
    """Note that all of a day is charged, or noted as missed."""
    row = session.get(MarketProgress, THE_ONLY)
    if row is None:
        session.add(MarketProgress(id=THE_ONLY, charged_until=day))
    else:
        row.charged_until = max(row.charged_until, day)
    session.flush()


def months_to_close(session: Session, *, today: date) -> list[str]:
    """List the months that can be closed, the earliest first.

    They are over for long enough, and all of them is charged, what was missed at first too.
    """
    until = charged_until(session)
    waits = {month_of(day) for day in session.scalars(select(MarketMissed.day).distinct())}
    query = select(MarketMonth.month).where(MarketMonth.closed_at.is_(None))
    return [
        month
        for month in session.scalars(query.order_by(MarketMonth.month))
        if month not in waits
        and until is not None
        and until >= last_day(month)
        and today > last_day(month) + CLOSED_AFTER
    ]


def close_month(session: Session, month: str, *, now: datetime) -> int:
    """Close a month and write every organisation's statement of it; give how many were written.

    In system scope. Who is entering something in it is waited for. A month that is closed stays as
    it is.
    """
    wanted = select(MarketMonth).where(MarketMonth.month == month).with_for_update()
    row = session.scalar(wanted.execution_options(populate_existing=True))
    if row is None or row.closed_at is not None:
        return 0
    row.closed_at = now
    pays = or_(
        MarketEntry.side == CUSTOMER, and_(MarketEntry.side == CSP, MarketEntry.hop != RETAIL)
    )
    paid = func.sum(case((pays, -MarketEntry.amount), else_=0))
    received = func.sum(case((pays, 0), else_=MarketEntry.amount))
    found = session.execute(
        select(MarketEntry.tenant_id, MarketEntry.currency, paid, received)
        .where(MarketEntry.month == month)
        .group_by(MarketEntry.tenant_id, MarketEntry.currency)
    ).all()
    rows = [
        {
            "id": new_id(),
            "tenant_id": tenant_id,
            "month": month,
            "currency": currency,
            "to_pay": int(to_pay),
            "to_receive": int(to_receive),
            "closed_at": now,
            "asked_at": None,
            "handed_at": None,
            "reference": "",
            "refused": "",
        }
        for tenant_id, currency, to_pay, to_receive in found
    ]
    insert_many(session, MarketStatement, rows)
    log.info("market_month_closed", month=month, statements=len(rows))
    return len(rows)
