"""What the search is told of prices: how CSPs pay for a listing, by what holds now."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.money._tables import MarketPrice
from marketplace.money.entries import WHOLESALE
from marketplace.money.parties import owner_of
from marketplace.money.prices import FREE, PER_MONTH, PER_USE, Price
from marketplace.money.pricing import price_on
from marketplace.search.model import PriceKind
from marketplace.search.store import tell_of_price
from runtime.use.recording import day_of


def price_kind(session: Session, listing_id: str, *, day: date) -> PriceKind:
    """Tell how CSPs pay for a listing on a day; what has no price then is free."""
    owner_id = owner_of(session, listing_id)
    found = None
    if owner_id is not None:
        found = price_on(session, owner_id, listing_id, hop=WHOLESALE, day=day)
    return kind_of(found[1]) if found is not None else PriceKind.FREE


def kind_of(price: Price) -> PriceKind:
    """Tell how a price is paid. Pure."""
    if price.kind == FREE:
        return PriceKind.FREE
    if price.kind == PER_USE and len(price.tiers) > 1:
        return PriceKind.TIERS
    return PriceKind.PER_MONTH if price.kind == PER_MONTH else PriceKind.PER_USE


def priced_since(session: Session, since: date | None, *, until: date) -> list[str]:
    """Name the listings whose wholesale price came to hold after a day, or ever; until one."""
    query = select(MarketPrice.listing_id).where(
        MarketPrice.hop == WHOLESALE, MarketPrice.valid_from <= until
    )
    if since is not None:
        query = query.where(MarketPrice.valid_from > since)
    return sorted(session.scalars(query.distinct()))


def tell_of(session: Session, listing_id: str, *, now: datetime) -> None:
    """Let a listing be found by the price that holds now."""
    tell_of_price(
        session, listing_id, price=price_kind(session, listing_id, day=day_of(now)), now=now
    )
