"""Charging what was used: once for each key, by the prices that held on its day, on both hops."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.db import insert_into
from marketplace.money._tables import MarketTally
from marketplace.money.agreements import share_on
from marketplace.money.entries import RETAIL, WHOLESALE, Payment
from marketplace.money.months import month_of
from marketplace.money.parties import parties_of
from marketplace.money.periods import is_charged_on
from marketplace.money.posting import Occasion, enter, open_charge
from marketplace.money.prices import PER_MONTH, PER_USE, Price
from marketplace.money.pricing import price_on
from marketplace.money.rating import Parties, Tally, cost_of, rate_retail, rate_wholesale
from tenancy.scope import system


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One hop of a charge as it is rated: who pays by which price."""

    name: str
    payer_id: UUID
    price_id: UUID
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Uses of a listing on one day.

    Attributes:
        used_by: The organisation that used it.
        key: Names these uses within who used them; the same whenever they are told again.
        units: How many, >= 1.
        day: When, in UTC: its prices count, and it says on whose month's statement it comes.
    """

    used_by: UUID
    listing_id: str
    key: str
    units: int
    day: date


def charge_use(session: Session, use: Use, *, now: datetime) -> bool:
    """Charge uses; False where their key is charged already, or nothing of them costs anything.

    In a session of any scope: the accounts of all sides are written in the system's.
    """
    occasion = Occasion(
        used_by=use.used_by, key=use.key, listing_id=use.listing_id, units=use.units, day=use.day
    )
    with system(session):
        parties = parties_of(session, use.used_by, use.listing_id)
        hops = _hops(session, parties, occasion, kind=PER_USE) if parties else []
        return parties is not None and _charge(session, occasion, parties, hops, now=now)


def charge_month(
    session: Session, used_by: UUID, listing_id: str, *, day: date, now: datetime
) -> bool:
    """Charge a month of a listing that was there on a day; each hop once a month."""
    is_charged = False
    had = Occasion(used_by=used_by, key="", listing_id=listing_id, units=1, day=day)
    with system(session):
        parties = parties_of(session, used_by, listing_id)
        hops = _hops(session, parties, had, kind=PER_MONTH) if parties else []
        for hop in hops:
            key = f"month:{hop.name}:{listing_id}:{month_of(day)}"
            occasion = replace(had, key=key)
            if parties is not None and _charge(session, occasion, parties, [hop], now=now):
                is_charged = True
    return is_charged


def _hops(session: Session, parties: Parties, had: Occasion, *, kind: str) -> list[Hop]:
    """Give the hops that have a price of a kind on a day, and on which it is charged."""
    found: list[Hop] = []
    listing_id, day = had.listing_id, had.day
    asked = ((RETAIL, parties.csp_id), (WHOLESALE, parties.publisher_id))
    for name, owner_id in asked:
        payer_id = parties.customer_id if name == RETAIL else parties.csp_id
        price = price_on(session, owner_id, listing_id, hop=name, day=day)
        if payer_id is None or price is None or price[1].kind != kind:
            continue
        if is_charged_on(session, price[1], day, used_by=had.used_by, listing_id=listing_id):
            found.append(Hop(name=name, payer_id=payer_id, price_id=price[0], price=price[1]))
    return found


def _charge(
    session: Session, occasion: Occasion, parties: Parties, hops: list[Hop], *, now: datetime
) -> bool:
    if not hops:
        return False
    charge_id = open_charge(session, occasion, now=now)
    if charge_id is None:
        return False
    payments = [
        one for hop in hops for one in _rate(session, hop, parties, occasion.units, occasion.day)
    ]
    enter(session, charge_id, occasion, payments, now=now)
    return True


def _rate(session: Session, hop: Hop, parties: Parties, units: int, day: date) -> list[Payment]:
    """Rate one hop and count what was rated."""
    row = _tally(session, hop, parties, day)
    tally = Tally(units=row.units, amount=row.amount, vendor_bp=row.vendor_bp)
    rate = rate_retail if hop.name == RETAIL else rate_wholesale
    payments = rate(parties, hop.price, units, tally)
    after = tally.after(units, cost_of(hop.price, units, tally))
    row.units, row.amount = after.units, after.amount
    session.flush()
    return payments


def _share(session: Session, parties: Parties, day: date) -> int:
    return share_on(session, parties.vendor_id, parties.publisher_id, day)


def _tally(session: Session, hop: Hop, parties: Parties, day: date) -> MarketTally:
    """Give the month's tally of a hop, locked, begun where there is none."""
    keys = {"payer_id": hop.payer_id, "price_id": hop.price_id, "month": month_of(day)}
    share = _share(session, parties, day) if hop.name == WHOLESALE else 0
    row = {**keys, "units": 0, "amount": 0, "vendor_bp": share}
    session.execute(insert_into(session, MarketTally).values(row).on_conflict_do_nothing())
    query = select(MarketTally).filter_by(**keys).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()
