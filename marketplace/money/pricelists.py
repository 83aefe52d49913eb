"""The lists of prices that pages show: what each listing costs, what comes, and what it leaves.

A publisher has its own listings there. A CSP has those that are listed publicly at a price, and
whatever it priced itself, each with what it pays beside what it asks; where it searches, all that
is public.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, or_, select, union
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import NotFoundError
from marketplace.money._tables import MarketPrice
from marketplace.money.entries import RETAIL, WHOLESALE
from marketplace.money.parties import checked_listing, owners_of
from marketplace.money.prices import FREE, PER_MONTH, Price
from marketplace.money.pricing import PriceView, prices_from
from marketplace.releases._tables import MarketListing, MarketPublisher, PublisherState
from marketplace.search._tables import MarketSearchEntry
from runtime.use.recording import day_of

EXAMPLE_USES = 1_000
"""So many uses of a month are compared where one of two prices counts uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one side asks for a listing; `now` is None where it says nothing, which is free."""

    now: PriceView | None = None
    comes: tuple[PriceView, ...] = ()

    @property
    def price(self) -> Price:
        """What holds today."""
        return self.now.price if self.now is not None else Price()


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What is left of a retail price once the wholesale one is paid, for a month.

    Attributes:
        amount: In smallest units, below nought where it costs more than it brings.
        uses: For how many uses of that month; 0 where both prices are by the month alone.
    """

    currency: str
    amount: int
    uses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """One listing of a list of prices.

    Attributes:
        title: What it is called publicly, or by its owner; its id where it is neither.
        hops: Which of its prices are who acts' to set.
        margin: None where the two are of different currencies, or there is nothing to compare.
    """

    listing_id: str
    title: str
    hops: tuple[str, ...]
    wholesale: Asked
    retail: Asked
    margin: Margin | None


def list_lines(
    session: Session,
    who: Acting,
    *,
    q: str = "",
    limit: int,
    after: Sequence[str] | None = None,
    now: datetime,
) -> list[PriceLine]:
    """List what who acts may price, by id; `q` is a part of an id or a title, whatever its case."""
    ids = _priceable(who, everything=bool(q)).subquery()
    query = select(ids.c.listing_id).outerjoin(
        MarketListing, MarketListing.listing_id == ids.c.listing_id
    )
    for word in q.split():
        in_title = MarketListing.title.icontains(word, autoescape=True)
        query = query.where(or_(ids.c.listing_id.icontains(word, autoescape=True), in_title))
    if after is not None:
        query = query.where(ids.c.listing_id > after[0])
    found = list(session.scalars(query.order_by(ids.c.listing_id).limit(limit)))
    return _lines(session, who, found, day=day_of(now))


def line_of(session: Session, who: Acting, listing_id: str, *, now: datetime) -> PriceLine:
    """Give one listing that who acts may price.

    Raises:
        NotFoundError: it is another's, or nobody publishes it here.
    """
    line = find_line(session, who, checked_listing(listing_id), now=now)
    if line is None:
        raise NotFoundError("no such listing that you set a price of", listing_id=listing_id)
    return line


def find_line(session: Session, who: Acting, listing_id: str, *, now: datetime) -> PriceLine | None:
    """Give one listing that who acts may price; None where there is nothing for it to set."""
    line = _lines(session, who, [listing_id], day=day_of(now))[0]
    return line if line.hops else None


def line_place(one: PriceLine) -> tuple[str]:
    """Say where a page that ends with a line ended."""
    return (one.listing_id,)


def margin_of(retail: Price, wholesale: Price) -> Margin | None:
    """Give what a month leaves; None where the currencies differ or both are free. Pure.

    >>> month = Price(kind="per_month", currency="EUR", amount=900)
    >>> margin_of(month, Price(kind="per_month", currency="EUR", amount=400)).amount
    500
    """
    currencies = {one.currency for one in (retail, wholesale) if one.kind != FREE}
    if len(currencies) != 1:
        return None
    kinds = {one.kind for one in (retail, wholesale)} - {FREE}
    uses = 0 if kinds == {PER_MONTH} else EXAMPLE_USES
    amount = bill(retail, uses) - bill(wholesale, uses)
    return Margin(currency=currencies.pop(), amount=amount, uses=uses)


def bill(price: Price, uses: int) -> int:
    """Give what a month with so many uses comes to, in smallest units. Pure."""
    return price.amount if price.kind == PER_MONTH else price.total(uses)


def _priceable(who: Acting, *, everything: bool) -> Select[tuple[str]] | CompoundSelect[tuple[str]]:
    """Name the listings of a list, as a query; of a CSP all that is public, or what has a price."""
    own = select(MarketListing.listing_id).where(MarketListing.owner_id == who.tenant_id)
    priced = select(MarketPrice.listing_id).where(MarketPrice.owner_id == who.tenant_id)
    if who.tenant_kind != "csp":
        return union(own, priced)
    verified = select(MarketPublisher.namespace).where(
        MarketPublisher.state == PublisherState.VERIFIED
    )
    public = (
        select(MarketListing.listing_id)
        .join(MarketSearchEntry, MarketSearchEntry.listing_id == MarketListing.listing_id)
        .where(MarketSearchEntry.is_listed, MarketListing.namespace.in_(verified))
    )
    if not everything:
        at_a_price = select(MarketPrice.listing_id).where(MarketPrice.hop == WHOLESALE)
        public = public.where(MarketListing.listing_id.in_(at_a_price))
    return union(own, priced, public)


def _lines(session: Session, who: Acting, ids: Collection[str], *, day: date) -> list[PriceLine]:
    owners = owners_of(session, ids)
    asked = prices_from(session, owners, hop=WHOLESALE, day=day)
    retail: dict[str, list[PriceView]] = {}
    if who.tenant_kind == "csp":
        retail = prices_from(session, dict.fromkeys(ids, who.tenant_id), hop=RETAIL, day=day)
    titles, known = _titles(session, who, ids), _public(session, ids) | retail.keys()
    found = []
    for one in ids:
        hops = hops_of(who, owners.get(one), is_known=one in known)
        bought, sold = _asked(asked.get(one, []), day), _asked(retail.get(one, []), day)
        margin = margin_of(sold.price, bought.price) if RETAIL in hops else None
        found.append(
            PriceLine(
                listing_id=one,
                title=titles.get(one, one),
                hops=hops,
                wholesale=bought,
                retail=sold,
                margin=margin,
            )
        )
    return found


def hops_of(who: Acting, owner_id: UUID | None, *, is_known: bool) -> tuple[str, ...]:
    """Say which prices of a listing of some owner are who acts' to set. Pure.

    A CSP knows what is public, and what it priced before; nothing is told of others' drafts.
    """
    found = []
    if (
        who.tenant_kind == "csp"
        and owner_id is not None
        and (is_known or owner_id == who.tenant_id)
    ):
        found.append(RETAIL)
    if owner_id == who.tenant_id:
        found.append(WHOLESALE)
    return tuple(found)


def _public(session: Session, ids: Collection[str]) -> set[str]:
    listed = select(MarketSearchEntry.listing_id).where(
        MarketSearchEntry.is_listed, MarketSearchEntry.listing_id.in_(ids)
    )
    return set(session.scalars(listed))


def _titles(session: Session, who: Acting, ids: Collection[str]) -> dict[str, str]:
    """Give the titles that who acts may read: of what is public, and of its own."""
    listed = select(MarketSearchEntry.listing_id).where(MarketSearchEntry.is_listed)
    rows = session.execute(
        select(MarketListing.listing_id, MarketListing.title).where(
            MarketListing.listing_id.in_(ids),
            or_(MarketListing.owner_id == who.tenant_id, MarketListing.listing_id.in_(listed)),
        )
    )
    return {row.listing_id: row.title for row in rows}


def _asked(found: list[PriceView], day: date) -> Asked:
    holds = bool(found) and found[0].valid_from <= day
    return Asked(now=found[0] if holds else None, comes=tuple(found[1:] if holds else found))
