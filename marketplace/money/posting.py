"""Entering payments in the accounts: whole or not at all, and never in a month that is closed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.db import insert_into
from kernel.ids import new_id
from marketplace.money._tables import MarketCharge, MarketEntry, MarketMonth
from marketplace.money.entries import Payment, entries_of
from marketplace.money.months import month_of, next_month
from tenancy._tables import Organisation
from tenancy.rows import insert_many

CHARGE, CREDIT, REVERSAL = "charge", "credit", "reversal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What payments are for; see `MarketCharge` and `MarketEntry` for what the words mean."""

    used_by: UUID
    key: str
    listing_id: str
    units: int
    day: date
    kind: str = CHARGE
    of_id: UUID | None = None
    reason: str = ""


def open_charge(session: Session, occasion: Occasion, *, now: datetime) -> UUID | None:
    """Record what something is charged for; None where its key is charged already.

    Waits for another transaction that is recording the same key, and takes its word for it.
    """
    row = {
        "id": new_id(),
        "used_by": occasion.used_by,
        "key": occasion.key,
        "kind": occasion.kind,
        "of_id": occasion.of_id,
        "listing_id": occasion.listing_id,
        "units": occasion.units,
        "day": occasion.day,
        "at": now,
    }
    wanted = insert_into(session, MarketCharge).values(row)
    wanted = wanted.on_conflict_do_nothing(index_elements=["used_by", "key"])
    made: UUID | None = session.scalar(wanted.returning(MarketCharge.id))
    return made


def enter(
    session: Session,
    charge_id: UUID,
    occasion: Occasion,
    payments: Iterable[Payment],
    *,
    now: datetime,
) -> None:
    """Enter payments on both sides, in the month of their day or the next that is open.

    In system scope, for they are several organisations'. The side of one that was deleted is left
    out: its accounts went with it.
    """
    found = entries_of(payments)
    there = _those_there(session, {one.owner_id for one in found})
    month = open_month(session, month_of(occasion.day))
    common = {
        "charge_id": charge_id,
        "of_id": occasion.of_id,
        "kind": occasion.kind,
        "listing_id": occasion.listing_id,
        "month": month,
        "day": occasion.day,
        "units": occasion.units,
        "reason": occasion.reason,
        "at": now,
    }
    rows = [
        {
            **common,
            "id": new_id(),
            "tenant_id": one.owner_id,
            "counterparty_id": one.counterparty_id,
            "side": one.side,
            "hop": one.hop,
            "currency": one.currency,
            "amount": one.amount,
        }
        for one in found
        if one.owner_id in there
    ]
    insert_many(session, MarketEntry, rows)


def open_month(session: Session, month: str) -> str:
    """Give a month, or the first after it that is not closed; it stays open till the commit."""
    while True:
        insert = insert_into(session, MarketMonth).values(month=month, closed_at=None)
        session.execute(insert.on_conflict_do_nothing(index_elements=["month"]))
        row = session.scalars(
            select(MarketMonth)
            .where(MarketMonth.month == month)
            .with_for_update(read=True)
            .execution_options(populate_existing=True)
        ).one()
        if row.closed_at is None:
            return month
        month = next_month(month)


def _those_there(session: Session, ids: set[UUID]) -> set[UUID]:
    return set(session.scalars(select(Organisation.id).where(Organisation.id.in_(ids))))
