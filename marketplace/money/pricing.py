"""Setting prices: from a day to come on, so that the past never costs something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.cursors import read_place
from kernel.db import or_taken
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from marketplace.money._tables import MarketPrice
from marketplace.money.entries import RETAIL, WHOLESALE
from marketplace.money.parties import checked_listing, owner_of
from marketplace.money.prices import FREE, PER_MONTH, Price, read_price
from runtime.use.recording import day_of
from tenancy.audit.trail import About, note

AHEAD_MAX = timedelta(days=5 * 366)
OWN_HOPS = (WHOLESALE, RETAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceView:
    """A price as its owner sees it; it holds from `valid_from` on until a later one does."""

    id: UUID
    hop: str
    listing_id: str
    price: Price
    valid_from: date
    set_at: datetime
    set_by: str


def set_price(  # noqa: PLR0913  who, for which hop of what, how much, and from when on
    session: Session,
    who: Acting,
    listing_id: str,
    document: Any,
    *,
    hop: str,
    valid_from: date | None,
    now: datetime,
) -> PriceView:
    """Set what a listing costs from a day on, tomorrow where none is said.

    A publisher sets the wholesale price of its own listings, a CSP its retail price of any that
    somebody publishes here: nothing else is ever charged.

    Raises:
        InvalidError: naming the field that will not do.
        NotFoundError: the listing is another's.
        ConflictError: a price from that day on is set already: withdraw it first.
    """
    price, day = read_price(document), checked_day(valid_from, now=now)
    _require_own(session, who, checked_listing(listing_id), hop)
    row = MarketPrice(
        id=new_id(),
        owner_id=who.tenant_id,
        hop=hop,
        listing_id=listing_id,
        document=price.document(),
        valid_from=day,
        set_at=now,
        set_by=who.person_name,
    )
    taken = f"a price from {day} on is set already: withdraw it first, or choose another day"
    with or_taken(session, ConflictError(taken)):
        session.add(row)
    about = About(kind="listing", id=row.id, name=listing_id)
    facts = {"hop": hop, "price": said_price(price), "valid_from": day.isoformat()}
    note(session, who.tenant_id, "price.set", now=now, about=about, facts=facts)
    return _view_of(row)


def withdraw_price(session: Session, who: Acting, price_id: UUID, *, now: datetime) -> None:
    """Withdraw a price that does not hold yet.

    Raises:
        NotFoundError: there is none, or it is another's.
        ConflictError: it holds, or did: set another from tomorrow on.
    """
    row = session.get(MarketPrice, price_id)
    if row is None or row.owner_id != who.tenant_id:
        raise NotFoundError("no such price", id=str(price_id))
    if row.valid_from <= day_of(now):
        raise ConflictError("this price holds already: set another one from tomorrow on instead")
    about = About(kind="listing", id=row.id, name=row.listing_id)
    facts = {"hop": row.hop, "valid_from": row.valid_from.isoformat()}
    note(session, who.tenant_id, "price.withdrawn", now=now, about=about, facts=facts)
    session.delete(row)
    session.flush()


def list_prices(
    session: Session,
    who: Acting,
    *,
    listing_id: str = "",
    limit: int,
    after: Sequence[str] | None = None,
) -> list[PriceView]:
    """List the prices that who acts set, by listing, the latest first; of one where said."""
    query = select(MarketPrice).where(MarketPrice.owner_id == who.tenant_id)
    if listing_id:
        query = query.where(MarketPrice.listing_id == listing_id)
    if after is not None:
        name, hop, day, last = read_place(after, str, str, date.fromisoformat, UUID)
        place = (MarketPrice.listing_id, MarketPrice.hop)
        query = query.where(
            or_(
                tuple_(*place) > (name, hop),
                (tuple_(*place) == (name, hop))
                & or_(
                    MarketPrice.valid_from < day,
                    (MarketPrice.valid_from == day) & (MarketPrice.id > last),
                ),
            )
        )
    order = (MarketPrice.listing_id, MarketPrice.hop, MarketPrice.valid_from.desc(), MarketPrice.id)
    return [_view_of(row) for row in session.scalars(query.order_by(*order).limit(limit))]


def place_of(one: PriceView) -> tuple[str, str, str, str]:
    """Say where a page that ends with a price ended."""
    return one.listing_id, one.hop, one.valid_from.isoformat(), str(one.id)


def price_on(
    session: Session, owner_id: UUID, listing_id: str, *, hop: str, day: date
) -> tuple[UUID, Price] | None:
    """Give the price that held on a day, with its id; None where there was none, or it was free."""
    row = session.scalar(
        select(MarketPrice)
        .where(
            MarketPrice.owner_id == owner_id,
            MarketPrice.hop == hop,
            MarketPrice.listing_id == listing_id,
            MarketPrice.valid_from <= day,
        )
        .order_by(MarketPrice.valid_from.desc())
        .limit(1)
    )
    price = read_price(row.document) if row is not None else Price()
    return (row.id, price) if row is not None and price.kind != FREE else None


def prices_from(
    session: Session, owners: Mapping[str, UUID], *, hop: str, day: date
) -> dict[str, list[PriceView]]:
    """Give by listing the price that holds on a day and those to come, in order.

    `owners` says of each listing whose prices count. The first of a list may be one to come, where
    none holds yet.
    """
    rows = session.scalars(
        select(MarketPrice)
        .where(MarketPrice.hop == hop, MarketPrice.listing_id.in_(owners))
        .order_by(MarketPrice.listing_id, MarketPrice.valid_from)
    )
    found: dict[str, list[PriceView]] = {}
    for row in rows:
        if row.owner_id != owners[row.listing_id]:
            continue
        kept = found.setdefault(row.listing_id, [])
        if row.valid_from <= day:
            kept.clear()
        kept.append(_view_of(row))
    return found


def first_priced(session: Session) -> date | None:
    """Give the first day on which anything has a price; None where nothing has."""
    return session.scalar(select(func.min(MarketPrice.valid_from)))


def priced_by_month(session: Session) -> set[str]:
    """Name the listings that anybody ever priced by the month."""
    rows = session.execute(select(MarketPrice.listing_id, MarketPrice.document))
    return {row.listing_id for row in rows if row.document["kind"] == PER_MONTH}


def said_price(price: Price) -> str:
    """Write a price in a few words for the audit, in smallest units."""
    after = f", the first {price.trial_days} days free" if price.trial_days else ""
    if price.kind == PER_MONTH:
        return f"{price.amount} {price.currency} a month{after}"
    tiers = ", ".join(f"{t.amount} for {t.per} to {t.up_to or 'any'}" for t in price.tiers)
    return f"{price.currency} by use: {tiers}{after}" if price.tiers else FREE


def _require_own(session: Session, who: Acting, listing_id: str, hop: str) -> None:
    if hop not in OWN_HOPS:
        message = f"hop: write {WHOLESALE} as a publisher, or {RETAIL} as a CSP"
        raise InvalidError(message, problems=[Problem("/hop", message)])
    if hop == RETAIL:
        if who.tenant_kind != "csp":
            raise NotFoundError("only a CSP sets retail prices")
        if owner_of(session, listing_id) is None:
            namespace = listing_id.partition(".")[0]
            message = (
                f"listing_id: nobody's claim of {namespace} is verified here, so that nothing of "
                f"it is ever charged: name a block or pack of a verified publisher"
            )
            raise InvalidError(message, problems=[Problem("/listing_id", message)])
    elif owner_of(session, listing_id) != who.tenant_id:
        raise NotFoundError("no such listing of yours", listing_id=listing_id)


def checked_day(day: date | None, *, now: datetime) -> date:
    """Give from which day on something holds: tomorrow at the earliest, in UTC."""
    tomorrow = day_of(now) + timedelta(days=1)
    wanted = day or tomorrow
    if not tomorrow <= wanted <= tomorrow + AHEAD_MAX:
        message = f"valid_from: choose {tomorrow} or a later day, five years ahead at most"
        raise InvalidError(message, problems=[Problem("/valid_from", message)])
    return wanted


def _view_of(row: MarketPrice) -> PriceView:
    return PriceView(
        id=row.id,
        hop=row.hop,
        listing_id=row.listing_id,
        price=read_price(row.document),
        valid_from=row.valid_from,
        set_at=row.set_at,
        set_by=row.set_by,
    )
