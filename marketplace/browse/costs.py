"""What a listing costs whoever looks at it: a customer its CSP's price, a CSP the publisher's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.money._tables import MarketPrice
from marketplace.money.currencies import said
from marketplace.money.entries import RETAIL, WHOLESALE
from marketplace.money.parties import owner_of
from marketplace.money.prices import FREE, PER_MONTH, Price, Tier, read_price
from tenancy._tables import Environment
from tenancy.organisations import ancestors_of, get_organisation

_FREE = Price()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A price in words.

    Attributes:
        short: For a card: `Free`, `EUR 5.00 a month`, `from EUR 0.05 a use`.
        lines: Whole, a sentence for each tier.
        is_free: Whether nothing is charged.
    """

    short: str
    lines: tuple[str, ...]
    is_free: bool


NOTHING = Cost(short="Free", lines=("It costs nothing.",), is_free=True)
NOT_CHARGED = Cost(
    short="Not charged here",
    lines=("Nothing is charged to this organisation for what it uses of the marketplace.",),
    is_free=True,
)


def costs_of(
    session: Session, tenant_id: UUID, listing_ids: Collection[str], *, day: date
) -> dict[str, Cost]:
    """Say what each of some listings costs an organisation on a day; one for every id."""
    side = _side_of(session, tenant_id)
    if side is None:
        return dict.fromkeys(listing_ids, NOT_CHARGED)
    hop, csp_id = side
    owners = _owners(session, listing_ids, csp_id if hop == RETAIL else None)
    rows = session.execute(
        select(MarketPrice.listing_id, MarketPrice.owner_id, MarketPrice.document)
        .where(
            MarketPrice.hop == hop,
            MarketPrice.listing_id.in_(list(listing_ids)),
            MarketPrice.valid_from <= day,
        )
        .order_by(MarketPrice.valid_from)
    )
    held = {row.listing_id: row.document for row in rows if owners[row.listing_id] == row.owner_id}
    return {one: cost_of(read_price(held[one])) if one in held else NOTHING for one in listing_ids}


def pays_publishers(session: Session, tenant_id: UUID) -> bool:
    """Tell whether an organisation pays the price that the search tells the kind of."""
    side = _side_of(session, tenant_id)
    return side is None or side[0] == WHOLESALE


def cost_of(price: Price) -> Cost:
    """Write a price in words.

    >>> cost_of(Price(kind="per_month", currency="EUR", amount=500)).short
    'EUR 5.00 a month'
    >>> tiers = (Tier(up_to=100, amount=0), Tier(up_to=None, amount=5, per=10))
    >>> cost_of(Price(kind="per_use", currency="EUR", tiers=tiers)).lines
    ('The first 100 uses of a month are free.', 'Each use after that: EUR 0.05 for every 10.')
    """
    if price.kind == FREE:
        return NOTHING
    if price.kind == PER_MONTH:
        short = f"{said(price.amount, price.currency)} a month"
        line = f"{short}, for each calendar month in which it is installed at the end of a day."
        return Cost(short=short, lines=(line,), is_free=price.amount == 0)
    return _by_use(price)


def _by_use(price: Price) -> Cost:
    lines = tuple(
        _tier_line(one, price.tiers[at - 1].up_to if at else 0, price.currency)
        for at, one in enumerate(price.tiers)
    )
    dearest = max(price.tiers, key=lambda one: one.amount / one.per)
    short = f"{said(dearest.amount, price.currency)} {_per(dearest, 'a use')}"
    is_graded = len(price.tiers) > 1
    return Cost(
        short=f"up to {short}" if is_graded else short,
        lines=lines,
        is_free=dearest.amount == 0,
    )


def _tier_line(tier: Tier, before: int | None, currency: str) -> str:
    if tier.up_to is None:
        which = "Each use after that" if before else "Each use"
    else:
        which = (
            f"The uses {before + 1:,} to {tier.up_to:,} of a month"
            if before
            else (f"The first {tier.up_to:,} uses of a month")
        )
    if tier.amount == 0:
        return f"{which} {'is' if tier.up_to is None else 'are'} free."
    return f"{which}: {said(tier.amount, currency)} {_per(tier, 'each')}."


def _per(tier: Tier, one: str) -> str:
    return one if tier.per == 1 else f"for every {tier.per:,}"


def _side_of(session: Session, tenant_id: UUID) -> tuple[str, UUID] | None:
    """Give which price counts and who sets or pays it; None where nothing is ever charged."""
    if session.get(Environment, tenant_id) is not None:
        return None
    line = [get_organisation(session, tenant_id), *ancestors_of(session, tenant_id)]
    csp = next((one for one in line if one.kind == "csp"), None)
    if csp is None:
        return None
    return (WHOLESALE if csp.id == tenant_id else RETAIL), csp.id


def _owners(
    session: Session, listing_ids: Collection[str], csp_id: UUID | None
) -> Mapping[str, UUID | None]:
    """Give who sets the price of each listing: the CSP, or its publisher where there is none."""
    if csp_id is not None:
        return dict.fromkeys(listing_ids, csp_id)
    known = {one.partition(".")[0]: one for one in listing_ids}
    of_namespace = {name: owner_of(session, one) for name, one in known.items()}
    return {one: of_namespace[one.partition(".")[0]] for one in listing_ids}
