"""Trial periods: first days that cost nothing, had once, and nothing else is otherwise for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs.firsts import first_install_of, hand_on_firsts, note_first
from marketplace.money._tables import MarketCharge, MarketEntry
from marketplace.money.amending import reverse_charge
from marketplace.money.asking import price_for
from marketplace.money.charging import Use, charge_month, charge_use
from marketplace.money.entries import CUSTOMER
from marketplace.money.had import trials_of
from marketplace.money.months import month_of
from marketplace.money.prices import TRIAL_DAYS_MAX, read_price
from marketplace.money.saying import asked_words
from tenancy._tables import Environment
from tenancy.scope import as_tenant, system
from tests.factories.money import (
    DAY,
    LISTING,
    Market,
    by_month,
    by_use,
    later,
    make_market,
    price_it,
    share_it,
)
from tests.factories.organisations import admin_of, make_below
from tests.factories.tenancy import NOON
from tests.integration.marketplace.money.lamps import install_since
from tests.support.size import examples

Sessions = sessionmaker[Session]
TIERED = by_use(5, "EUR", {"up_to": 20, "amount": 9})


@pytest.fixture
def session(sessions: Sessions) -> Iterator[Session]:
    with sessions.begin() as session:
        yield session


def install(session: Session, tenant_id: UUID, on: date) -> None:
    with as_tenant(session, tenant_id):
        note_first(session, tenant_id, LISTING, on=on)


def paid(session: Session, owner_id: UUID, side: str = CUSTOMER) -> list[int]:
    with system(session):
        rows = session.scalars(
            select(MarketEntry.amount)
            .where(MarketEntry.tenant_id == owner_id, MarketEntry.side == side)
            .order_by(MarketEntry.day)
        )
        return [-one for one in rows]


def use(session: Session, market: Market, day: date, units: int = 1) -> None:
    one = Use(used_by=market.customer.id, listing_id=LISTING, key=str(day), units=units, day=day)
    charge_use(session, one, now=later(100))


def priced(session: Session, days: int, document: dict[str, Any] | None = None) -> Market:
    market = make_market(session)
    said = {**(document or TIERED), "trial_days": days}
    price_it(session, market.publisher, said)
    price_it(session, market.csp, said)
    share_it(session, market, 2_500)
    return market


@given(st.integers(0, TRIAL_DAYS_MAX), st.dictionaries(st.integers(0, 70), st.integers(1, 30)))
@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_charged_is_what_the_uses_after_it_cost_and_a_reversal_nets_to_nought(
    sessions: Sessions, days: int, used: dict[int, int]
) -> None:
    price, months = read_price(TIERED), dict[str, int]()
    with sessions() as session:
        market = priced(session, days)
        install(session, market.customer.id, DAY)
        for at, units in sorted(used.items()):
            day = DAY + timedelta(days=at)
            use(session, market, day, units)
            if at >= days:
                months[month_of(day)] = months.get(month_of(day), 0) + units

        amounts = paid(session, market.customer.id)
        wholesale = paid(session, market.csp.id, "csp")
        charged = sum(price.total(units) for units in months.values())
        with system(session):
            charges = session.scalars(select(MarketCharge.id)).all()
        for one in charges:
            with as_tenant(session, market.vendor.id):
                reverse_charge(session, admin_of(market.vendor), one, reason="x", now=later(100))
        left = sum(paid(session, market.customer.id))
        session.rollback()

    assert sum(amounts) == charged
    assert min(amounts, default=0) >= 0
    assert sum(wholesale) == 0  # what the CSP is paid it pays, by the same price
    assert left == 0


@pytest.mark.parametrize(
    ("at", "amount"),
    [
        pytest.param(13, [], id="the last day of fourteen"),
        pytest.param(14, [9], id="the day after"),
    ],
)
def test_it_ends_to_the_day(session: Session, at: int, amount: list[int]) -> None:
    market = priced(session, 14)
    install(session, market.customer.id, DAY)

    use(session, market, DAY + timedelta(days=at))

    assert paid(session, market.customer.id) == amount


def test_installing_anew_does_not_begin_it_again(session: Session) -> None:
    market = priced(session, 14)
    install(session, market.customer.id, DAY)
    install(session, market.customer.id, DAY + timedelta(days=30))

    use(session, market, DAY + timedelta(days=31))

    assert paid(session, market.customer.id) == [9]


def test_an_environment_that_is_let_go_does_not_begin_it_again(session: Session) -> None:
    market = priced(session, 14)
    apart = make_below(session, market.csp)
    install(session, market.customer.id, DAY)
    install(session, apart.id, DAY + timedelta(days=20))

    hand_on_firsts(session, market.customer.id, apart.id)

    with as_tenant(session, apart.id):
        assert first_install_of(session, apart.id, LISTING) == DAY


def test_a_month_is_charged_from_the_day_after_it_on(session: Session) -> None:
    market = priced(session, 14, by_month(900))
    install(session, market.customer.id, DAY)
    had = (session, market.customer.id, LISTING)

    charge_month(*had, day=DAY + timedelta(days=13), now=later(100))
    before = paid(session, market.customer.id)
    charge_month(*had, day=DAY + timedelta(days=14), now=later(100))

    assert before == []
    assert paid(session, market.customer.id) == [900]


def test_where_the_first_install_is_not_known_it_begins_with_the_first_use(
    session: Session,
) -> None:
    market = priced(session, 2)

    for at in range(3):
        use(session, market, DAY + timedelta(days=at))

    assert paid(session, market.customer.id) == [9]


def noon_after(days: int) -> datetime:
    return NOON + timedelta(days=days)


def test_a_customer_reads_what_it_pays_and_how_long_it_pays_nothing(session: Session) -> None:
    market = priced(session, 14, by_month(900))
    price_it(session, market.csp, by_month(700), now=noon_after(9))
    install(session, market.customer.id, DAY)

    with as_tenant(session, market.customer.id):
        asked = price_for(session, market.customer.id, LISTING, now=noon_after(5))

    assert asked.hop == "retail"
    assert asked_words(asked) == [
        "EUR 9.00 a month",
        "Your trial period lasts until 8 Dec 2026: 10 days left",
        "From 4 Dec 2026: EUR 7.00 a month",
    ]


def test_a_csp_reads_the_wholesale_price_and_what_is_left_when_it_is_over(
    session: Session,
) -> None:
    market = priced(session, 14)
    install(session, market.csp.id, DAY)

    with as_tenant(session, market.csp.id):
        asked = price_for(session, market.csp.id, LISTING, now=noon_after(60))

    assert (asked.hop, asked.is_charged) == ("wholesale", True)
    assert asked.trial is not None
    assert asked.trial.days_left == 0


def test_an_environment_reads_the_price_and_that_nothing_is_charged(session: Session) -> None:
    market = priced(session, 0)
    apart = make_below(session, market.csp)
    session.add(
        Environment(organisation_id=apart.id, live_id=market.customer.id, name="Test", made_at=NOON)
    )
    session.flush()

    with as_tenant(session, apart.id):
        asked = price_for(session, apart.id, LISTING, now=noon_after(2))

    assert (asked.hop, asked.is_charged) == ("retail", False)
    assert asked_words(asked)[-1] == "You are charged nothing here"


def test_its_end_is_told_three_days_before(session: Session) -> None:
    market = priced(session, 14)
    install_since(session, market.customer.id, LISTING, noon_after(1))
    install(session, market.customer.id, DAY)

    with as_tenant(session, market.customer.id):
        early = trials_of(session, market.customer.id, now=noon_after(11))
        late = trials_of(session, market.customer.id, now=noon_after(12))
        over = trials_of(session, market.customer.id, now=noon_after(15))

    assert [one.trial.ends_soon for one in early + late] == [False, True]
    assert over == []
