"""Statements: what a month came to for an organisation, in each currency, on each of its sides.

Read from the organisation's own entries alone. Every entry has its opposite in the accounts of the
one it names, so two statements agree to the cent about what stands between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kernel.cursors import read_place
from marketplace.money._tables import MarketEntry, MarketMonth
from marketplace.money.entries import CSP, CUSTOMER, RETAIL
from marketplace.money.parties import names_of

GONE = "an organisation that was deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a month came to between two for one listing, of one kind of entry.

    Attributes:
        units: How many uses, or months; of credits and reversals 0.
        amount: In smallest units; above nought where it is received.
    """

    side: str
    hop: str
    counterparty_id: UUID
    counterparty: str
    listing_id: str
    kind: str
    currency: str
    units: int
    amount: int

    @property
    def is_paid(self) -> bool:
        """Tell whether the statement's owner is who pays in this hop."""
        return pays(self.side, self.hop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What several entries of one currency come to, all paid or all received."""

    currency: str
    is_paid: bool
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What a month came to in a currency; `balance` is above nought where more is received."""

    currency: str
    to_pay: int
    to_receive: int

    @property
    def balance(self) -> int:
        """What is received, less what is paid."""
        return self.to_receive - self.to_pay


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A month of an organisation; `closed_at` is None while it still grows."""

    organisation_id: UUID
    month: str
    closed_at: datetime | None
    totals: tuple[Total, ...]
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One entry of the accounts; `charge_id` is what it came of, `of_id` what it gives back."""

    id: UUID
    charge_id: UUID
    of_id: UUID | None
    kind: str
    side: str
    hop: str
    counterparty_id: UUID
    listing_id: str
    month: str
    day: date
    units: int
    currency: str
    amount: int
    reason: str
    at: datetime

    @property
    def is_paid(self) -> bool:
        """Tell whether its owner is who pays in this hop."""
        return pays(self.side, self.hop)

    @property
    def due(self) -> int:
        """What is paid or received, above nought; below it where it is given back."""
        return -self.amount if self.is_paid else self.amount


def pays(side: str, hop: str) -> bool:
    """Tell whether a side is the one that pays in a hop.

    >>> pays("csp", "retail"), pays("csp", "share"), pays("customer", "retail")
    (False, True, True)
    """
    return side == CUSTOMER or (side == CSP and hop != RETAIL)


def statement_of(session: Session, tenant_id: UUID, month: str) -> Statement:
    """Give an organisation's statement of a month, in the tenant's scope."""
    columns = (
        MarketEntry.side,
        MarketEntry.hop,
        MarketEntry.counterparty_id,
        MarketEntry.listing_id,
        MarketEntry.kind,
        MarketEntry.currency,
    )
    rows = session.execute(
        select(*columns, func.sum(MarketEntry.units), func.sum(MarketEntry.amount))
        .where(MarketEntry.tenant_id == tenant_id, MarketEntry.month == month)
        .group_by(*columns)
    ).all()
    names = names_of(session, {row.counterparty_id for row in rows})
    lines = [
        Line(
            side=row.side,
            hop=row.hop,
            counterparty_id=row.counterparty_id,
            counterparty=names[row.counterparty_id].name if row.counterparty_id in names else GONE,
            listing_id=row.listing_id,
            kind=row.kind,
            currency=row.currency,
            units=int(row[6]),
            amount=int(row[7]),
        )
        for row in rows
    ]
    lines.sort(key=_order)
    book = session.get(MarketMonth, month)
    return Statement(
        organisation_id=tenant_id,
        month=month,
        closed_at=book.closed_at if book is not None else None,
        totals=tuple(totals_of(lines)),
        lines=tuple(lines),
    )


def totals_of(lines: Sequence[Line | Sum]) -> list[Total]:
    """Add lines up by currency. Pure."""
    return [
        Total(
            currency=currency,
            to_pay=-sum(one.amount for one in lines if one.currency == currency and one.is_paid),
            to_receive=sum(
                one.amount for one in lines if one.currency == currency and not one.is_paid
            ),
        )
        for currency in sorted({one.currency for one in lines})
    ]


def summaries_of(session: Session, tenant_id: UUID) -> list[Statement]:
    """List an organisation's statements, the latest first, with their totals and no lines."""
    columns = (MarketEntry.month, MarketEntry.side, MarketEntry.hop, MarketEntry.currency)
    rows = session.execute(
        select(*columns, func.sum(MarketEntry.amount))
        .where(MarketEntry.tenant_id == tenant_id)
        .group_by(*columns)
    )
    months: dict[str, list[Sum]] = {}
    for row in rows:
        one = Sum(currency=row.currency, is_paid=pays(row.side, row.hop), amount=int(row[4]))
        months.setdefault(row.month, []).append(one)
    query = select(MarketMonth.month, MarketMonth.closed_at).where(MarketMonth.month.in_(months))
    closed = {row.month: row.closed_at for row in session.execute(query)}
    return [
        Statement(
            organisation_id=tenant_id,
            month=month,
            closed_at=closed.get(month),
            totals=tuple(totals_of(months[month])),
        )
        for month in sorted(months, reverse=True)
    ]


def list_entries(
    session: Session,
    tenant_id: UUID,
    month: str,
    *,
    listing_id: str = "",
    limit: int,
    after: Sequence[str] | None = None,
) -> list[EntryView]:
    """List the entries of a month by day; of one listing where one is named."""
    query = select(MarketEntry).where(
        MarketEntry.tenant_id == tenant_id, MarketEntry.month == month
    )
    if listing_id:
        query = query.where(MarketEntry.listing_id == listing_id)
    if after is not None:
        day, last = read_place(after, date.fromisoformat, UUID)
        later = (MarketEntry.day == day) & (MarketEntry.id > last)
        query = query.where(or_(MarketEntry.day > day, later))
    rows = session.scalars(query.order_by(MarketEntry.day, MarketEntry.id).limit(limit))
    return [entry_view(row) for row in rows]


def other_names(session: Session, entries: Iterable[EntryView]) -> dict[UUID, str]:
    """Give what the other parties of entries are called, by id."""
    ids = {one.counterparty_id for one in entries}
    there = names_of(session, ids)
    return {one: there[one].name if one in there else GONE for one in ids}


def entry_place(one: EntryView) -> tuple[str, str]:
    """Say where a page that ends with an entry ended."""
    return one.day.isoformat(), str(one.id)


def _order(one: Line) -> tuple[str, ...]:
    names = (one.currency, one.side, one.hop, one.counterparty.lower(), str(one.counterparty_id))
    return (*names, one.listing_id, one.kind)


def entry_view(row: MarketEntry) -> EntryView:
    """Write an entry's row as callers see it."""
    return EntryView(
        id=row.id,
        charge_id=row.charge_id,
        of_id=row.of_id,
        kind=row.kind,
        side=row.side,
        hop=row.hop,
        counterparty_id=row.counterparty_id,
        listing_id=row.listing_id,
        month=row.month,
        day=row.day,
        units=row.units,
        currency=row.currency,
        amount=row.amount,
        reason=row.reason,
        at=row.at,
    )
