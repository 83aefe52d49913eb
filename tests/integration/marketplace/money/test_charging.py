"""Charging: once for each key, both hops, all sides to the cent; the past never costs otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import ConflictError, InvalidError, NotFoundError
from marketplace.money._tables import MarketCharge, MarketEntry
from marketplace.money.amending import give_credit, reverse_charge
from marketplace.money.charging import Use, charge_month, charge_use
from marketplace.money.closing import close_month
from marketplace.money.pricing import withdraw_price
from marketplace.money.statements import Statement, statement_of
from tenancy.organisations import OrganisationView
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
from tests.factories.organisations import admin_of
from tests.factories.tenancy import NOON

Sessions = sessionmaker[Session]
MONTH = "2026-11"


@pytest.fixture
def market(sessions: Sessions) -> Market:
    with sessions.begin() as session:
        market = make_market(session)
        price_it(session, market.publisher, by_use(7))
        price_it(session, market.csp, by_use(12))
        share_it(session, market, 2_000)
        return market


@pytest.fixture
def session(sessions: Sessions, market: Market) -> Iterator[Session]:  # noqa: ARG001  made first
    with sessions.begin() as session:
        yield session


def use(session: Session, market: Market, key: str = "one", units: int = 10) -> bool:
    return charge_use(session, uses(market, key=key, units=units), now=later(2))


def uses(market: Market, **said: Any) -> Use:
    usual = {"used_by": market.customer.id, "listing_id": LISTING, "key": "k", "day": DAY}
    return Use(**{**usual, "units": 10, **said})


def statement(session: Session, one: OrganisationView, month: str = MONTH) -> Statement:
    with as_tenant(session, one.id):
        return statement_of(session, one.id, month)


def balances(session: Session, market: Market, month: str = MONTH) -> dict[str, int]:
    sides = ("customer", "csp", "publisher", "vendor")
    found = {side: statement(session, getattr(market, side), month) for side in sides}
    return {side: sum(t.balance for t in one.totals) for side, one in found.items()}


def charge_of(session: Session, one: OrganisationView) -> UUID:
    with as_tenant(session, one.id):
        return session.scalars(select(MarketEntry.charge_id)).first() or uuid4()


def test_a_use_is_charged_on_both_hops_and_all_four_sides_agree(
    session: Session, market: Market
) -> None:
    use(session, market)

    assert balances(session, market) == {"customer": -120, "csp": 50, "publisher": 56, "vendor": 14}


def test_a_usage_key_is_charged_once(session: Session, market: Market) -> None:
    told = [use(session, market, "one"), use(session, market, "one"), use(session, market, "two")]

    assert told == [True, False, True]
    assert balances(session, market)["customer"] == -240


def test_a_usage_key_told_by_several_at_once_is_charged_once(
    sessions: Sessions, market: Market
) -> None:
    ready, told = Barrier(4), []

    def tell() -> None:
        ready.wait()
        with sessions.begin() as session:
            told.append(use(session, market))

    threads = [Thread(target=tell) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    with sessions() as session:
        assert sorted(told) == [False, False, False, True]
        assert balances(session, market)["customer"] == -120


def test_tiers_count_a_csps_customers_together_and_each_customer_alone(
    sessions: Sessions,
) -> None:
    tier = {"up_to": 10, "amount": 10}
    with sessions.begin() as session:
        market = make_market(session)
        price_it(session, market.publisher, by_use(1, "EUR", tier))
        price_it(session, market.csp, by_use(1, "EUR", tier))
        for used_by in (market.customer, market.csp):
            charge_use(session, uses(market, used_by=used_by.id), now=later(2))

        assert balances(session, market) == {
            "customer": -100, "csp": 100 - 110, "publisher": 110, "vendor": 0
        }  # fmt: skip


def test_a_month_is_charged_once_on_each_hop(session: Session, market: Market) -> None:
    price_it(session, market.csp, by_month(900), listing_id="baubleworks.star")
    day = later(2).date()

    told = [
        charge_month(session, market.customer.id, "baubleworks.star", day=day, now=later(3))
        for _ in range(2)
    ]

    assert told == [True, False]
    assert balances(session, market)["customer"] == -900


def test_a_new_price_leaves_what_was_used_before_as_it_was(
    session: Session, market: Market
) -> None:
    price_it(session, market.csp, by_use(99), now=later(1))
    use(session, market, "before")
    charge_use(session, uses(market, key="after", day=later(2).date()), now=later(3))

    assert balances(session, market)["customer"] == -120 - 990


def test_before_its_price_holds_a_use_costs_nothing(session: Session, market: Market) -> None:
    assert not charge_use(session, uses(market, day=NOON.date()), now=NOON)
    assert balances(session, market)["customer"] == 0


def test_two_currencies_make_two_totals_and_are_never_turned_into_one(
    session: Session, market: Market
) -> None:
    price_it(session, market.csp, by_use(100, "JPY"), listing_id="baubleworks.star")
    price_it(session, market.publisher, by_use(3, "USD"), listing_id="baubleworks.star")
    use(session, market)
    charge_use(session, uses(market, listing_id="baubleworks.star", units=2), now=later(2))

    totals = {one.currency: one.balance for one in statement(session, market.csp).totals}
    assert totals == {"EUR": 50, "JPY": 200, "USD": -6}


def test_a_publisher_sees_the_csp_and_never_its_customer(session: Session, market: Market) -> None:
    use(session, market)

    seen = {one.counterparty_id for one in statement(session, market.publisher).lines}
    assert seen == {market.csp.id}


def test_a_price_is_set_by_who_owns_the_listing_and_not_for_today(
    session: Session, market: Market
) -> None:
    with pytest.raises(NotFoundError):
        price_it(session, market.vendor, by_use(1))
    with pytest.raises(ConflictError):
        price_it(session, market.publisher, by_use(1))
    with pytest.raises(InvalidError, match="listing_id"):
        price_it(session, market.publisher, by_use(1), listing_id="lamp")


def test_a_price_that_holds_is_not_withdrawn(session: Session, market: Market) -> None:
    made = price_it(session, market.csp, by_use(1), now=later(4))
    who = admin_of(market.csp)

    with pytest.raises(ConflictError, match="tomorrow"):
        withdraw_price(session, who, made.id, now=later(5))
    with as_tenant(session, market.csp.id):
        withdraw_price(session, who, made.id, now=later(4))


def test_a_reversal_nets_to_zero_for_everybody_whatever_was_credited(
    session: Session, market: Market
) -> None:
    use(session, market)
    charge_id = charge_of(session, market.vendor)
    for one, amount in ((market.csp, 33), (market.publisher, 9)):
        with as_tenant(session, one.id):
            give_credit(session, admin_of(one), charge_id, amount, reason="late", now=later(3))
    before = balances(session, market)

    with as_tenant(session, market.vendor.id):
        reverse_charge(session, admin_of(market.vendor), charge_id, reason="wrong", now=later(4))

    assert before == {"customer": -87, "csp": 26, "publisher": 49, "vendor": 12}
    assert set(balances(session, market).values()) == {0}


def test_what_was_given_back_is_not_given_back_again(session: Session, market: Market) -> None:
    use(session, market)
    who, charge_id = admin_of(market.csp), charge_of(session, market.vendor)
    with as_tenant(session, market.csp.id):
        reverse_charge(session, who, charge_id, reason="wrong", now=later(3))

        with pytest.raises(ConflictError):
            reverse_charge(session, who, charge_id, reason="wrong", now=later(3))
        with pytest.raises(ConflictError, match=r"EUR 0\.00"):
            give_credit(session, who, charge_id, 1, reason="more", now=later(3))


def test_a_customer_gives_itself_nothing_back(session: Session, market: Market) -> None:
    use(session, market)
    charge_id = charge_of(session, market.vendor)

    for one in (market.customer, market.other):
        with as_tenant(session, one.id), pytest.raises(NotFoundError):
            give_credit(session, admin_of(one), charge_id, 1, reason="please", now=later(3))


def test_nothing_is_entered_in_a_closed_month(session: Session, market: Market) -> None:
    use(session, market, "in time")
    with system(session):
        written = close_month(session, MONTH, now=later(10))
    use(session, market, "late")

    assert written == 4
    assert balances(session, market)["customer"] == -120
    assert balances(session, market, "2026-12")["customer"] == -120


def test_every_charge_adds_up_to_nought(session: Session, market: Market) -> None:
    for at in range(5):
        use(session, market, f"k{at}", units=at + 1)

    with system(session):
        sums = session.execute(
            select(func.sum(MarketEntry.amount)).group_by(MarketEntry.charge_id)
        ).scalars()
        assert set(sums) == {0}
        assert session.scalar(select(func.count()).select_from(MarketCharge)) == 5
