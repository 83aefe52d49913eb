"""What an organisation would pay for a listing: what holds now, what comes, and how long it tries.

For those who pay, ahead of the first use: a customer reads what its CSP asks, a CSP what the
publisher asks. Whoever stands below no CSP reads what CSPs are asked, and is charged nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.firsts import first_install_of
from marketplace.money.entries import RETAIL, WHOLESALE
from marketplace.money.parties import owner_of, parties_of
from marketplace.money.periods import TOLD_BEFORE, first_charged
from marketplace.money.prices import Price
from marketplace.money.pricing import PriceView, prices_from
from marketplace.search.finding import get_listing
from marketplace.search.seeing import visible_to
from runtime.use.recording import day_of
from tenancy._tables import Environment


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


def price_for(session: Session, tenant_id: UUID, listing_id: str, *, now: datetime) -> PriceAsked:
    """Say what an organisation would pay for a listing now, and what it would pay later.

    What nobody publishes here is free. In the organisation's scope.
    """
    live = session.get(Environment, tenant_id)
    if live is not None:
        return replace(
            price_for(session, live.live_id, listing_id, now=now), is_charged=False, trial=None
        )
    parties, owner_id = parties_of(session, tenant_id, listing_id), owner_of(session, listing_id)
    is_customer = parties is not None and parties.customer_id is not None
    hop = RETAIL if is_customer else WHOLESALE
    if parties is not None and is_customer:
        owner_id = parties.csp_id
    today = day_of(now)
    found = (
        prices_from(session, owner_id, [listing_id], hop=hop, day=today).get(listing_id, [])
        if owner_id is not None
        else []
    )
    held = found[0].price if found and found[0].valid_from <= today else Price()
    return PriceAsked(
        listing_id=listing_id,
        hop=hop,
        is_charged=parties is not None,
        now=held,
        comes=tuple(one for one in found if one.valid_from > today),
        trial=_trial(session, tenant_id, listing_id, held, today=today) if parties else None,
    )


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


def _trial(
    session: Session, tenant_id: UUID, listing_id: str, price: Price, *, today: date
) -> TrialPeriod | None:
    first_on = first_install_of(session, tenant_id, listing_id) if price.trial_days else None
    return trial_of(price, first_on, today=today)
