"""What an organisation would pay for a listing: what holds now, what comes, and how long it tries.

For those who pay, ahead of the first use: a customer reads what its CSP asks, a CSP what the
publisher asks. Whoever stands below no CSP reads what CSPs are asked, and is charged nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.firsts import first_install_of, first_installs
from marketplace.money.entries import RETAIL, WHOLESALE
from marketplace.money.parties import csp_of, owner_of, owners_of
from marketplace.money.periods import TOLD_BEFORE, first_charged
from marketplace.money.prices import Price
from marketplace.money.pricing import PriceView, prices_from
from marketplace.search.finding import get_listing
from marketplace.search.seeing import visible_to
from runtime.use.recording import day_of
from tenancy.plans.assigning import live_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPeriod:
    """The first days with a listing, which cost nothing.

    Attributes:
        days: How many they are in all.
        last_day: The last of them; None where they begin with an install that is still to come.
        days_left: How many are left, today among them; 0 once it is over.
    """

    days: int
    last_day: date | None
    days_left: int

    @property
    def ends_soon(self) -> bool:
        """Tell whether it is about to end."""
        return self.last_day is not None and 0 < self.days_left <= TOLD_BEFORE.days


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAsked:
    """What one organisation is asked for one listing.

    Attributes:
        hop: retail or wholesale.
        is_charged: False where nothing is ever charged, such as an environment.
        now: What holds today; free where nothing does.
        comes: What will hold, the earliest first.
        trial: Of the price that holds; None where it has none.
    """

    listing_id: str
    hop: str
    is_charged: bool
    now: Price
    comes: tuple[PriceView, ...] = ()
    trial: TrialPeriod | None = None

    @property
    def is_free(self) -> bool:
        """Tell whether nothing is to be paid, neither now nor by a price that is set already."""
        prices = (self.now, *(one.price for one in self.comes))
        return not self.is_charged or all(one.is_free for one in prices)


def price_for(session: Session, tenant_id: UUID, listing_id: str, *, now: datetime) -> PriceAsked:
    """Give `prices_for` of one listing."""
    return prices_for(session, tenant_id, [listing_id], now=now)[listing_id]


def prices_for(
    session: Session, tenant_id: UUID, listing_ids: Collection[str], *, now: datetime
) -> dict[str, PriceAsked]:
    """Say what an organisation would pay for each of some listings now, and what later.

    What nobody publishes here is free. In the organisation's scope.
    """
    live_id, today = live_of(session, tenant_id), day_of(now)
    owners, csp = owners_of(session, listing_ids), csp_of(session, live_id)
    is_customer = csp is not None and csp.id != live_id
    sellers = dict.fromkeys(owners, csp.id) if csp is not None and is_customer else owners
    hop = RETAIL if is_customer else WHOLESALE
    found = prices_from(session, sellers, hop=hop, day=today)
    is_charged = csp is not None and live_id == tenant_id
    since = first_installs(session, tenant_id, since=date.min, among=found) if is_charged else {}
    return {
        one: _asked(
            one,
            found.get(one, []),
            hop=hop if one in owners else WHOLESALE,
            is_charged=is_charged and one in owners,
            first_on=since.get(one),
            today=today,
        )
        for one in listing_ids
    }


def pays_publishers(session: Session, tenant_id: UUID) -> bool:
    """Tell whether what an organisation is asked is what publishers ask: it is no CSP's customer.

    That is the price that the search knows the kind of.
    """
    live_id = live_of(session, tenant_id)
    csp = csp_of(session, live_id)
    return csp is None or csp.id == live_id


def known_price(session: Session, tenant_id: UUID, listing_id: str, *, now: datetime) -> PriceAsked:
    """Give `price_for` of a listing that an organisation finds, ever had, or publishes itself.

    Raises:
        NotFoundError: it is none of these.
    """
    is_own = owner_of(session, listing_id) == tenant_id
    if not is_own and first_install_of(session, tenant_id, listing_id) is None:
        get_listing(session, listing_id, visible=visible_to(session, tenant_id))
    return price_for(session, tenant_id, listing_id, now=now)


def trial_of(price: Price, first_on: date | None, *, today: date) -> TrialPeriod | None:
    """Give the trial period of a price for who first had its listing on a day, or has not. Pure."""
    if not price.trial_days:
        return None
    if first_on is None:
        return TrialPeriod(days=price.trial_days, last_day=None, days_left=price.trial_days)
    until = first_charged(price, first_on)
    left = max(0, (until - today).days)
    return TrialPeriod(days=price.trial_days, last_day=until - timedelta(days=1), days_left=left)


def _asked(
    listing_id: str,
    found: list[PriceView],
    *,
    hop: str,
    is_charged: bool,
    first_on: date | None,
    today: date,
) -> PriceAsked:
    held = found[0].price if found and found[0].valid_from <= today else Price()
    return PriceAsked(
        listing_id=listing_id,
        hop=hop,
        is_charged=is_charged,
        now=held,
        comes=tuple(one for one in found if one.valid_from > today),
        trial=trial_of(held, first_on, today=today) if is_charged else None,
    )
