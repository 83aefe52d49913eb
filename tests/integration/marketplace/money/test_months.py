"""Months: what is charged by them, closed statements, and who is handed those."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from marketplace.money import payments
from marketplace.money._tables import MarketEntry, MarketStatement
from marketplace.money.exports import as_bills
from marketplace.money.rounds import MoneyRounds
from marketplace.money.statements import statement_of
from marketplace.search.store import get_entry, index
from tenancy.scope import as_tenant, system
from tests.factories.listings import make_entry
from tests.factories.money import (
    LISTING,
    Market,
    by_month,
    later,
    price_it,
)
from tests.integration.marketplace.money.lamps import (
    MONTH,
    Provider,
    Sessions,
    all_sides,
    balances,
    go_round,
    install_since,
    run_lamp,
    statements_there,
)


def test_an_install_is_charged_by_the_month_and_once_in_each(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        price_it(session, market.csp, by_month(900), listing_id="baubleworks.star")
        price_it(session, market.publisher, by_month(500), listing_id="baubleworks.star")
        install_since(session, market.customer.id, "baubleworks.star", later(0))
    for days in (2, 3, 9):
        go_round(sessions, later(days))

    assert balances(sessions, *all_sides(market)) == [-900, 400, 375, 125]
    assert balances(sessions, market.customer, month="2026-12") == [-900]


def test_a_month_closes_three_days_after_its_end_with_a_statement_for_each_side(
    sessions: Sessions, market: Market
) -> None:
    run_lamp(sessions, market)
    go_round(sessions, later(9))  # 3 December
    early = statements_there(sessions)
    go_round(sessions, later(10))

    with sessions() as session, system(session):
        rows = session.execute(select(MarketStatement.to_pay, MarketStatement.to_receive))
        assert early == 0
        assert sorted(tuple(row) for row in rows) == [(0, 2), (0, 5), (7, 12), (12, 0)]


def test_a_provider_is_handed_each_statement_until_it_took_it_by_one_key(
    sessions: Sessions, market: Market
) -> None:
    run_lamp(sessions, market)
    go_round(sessions, later(10))
    provider = Provider(refuses=market.vendor.id)
    go_round(sessions, later(10), provider)
    refused = [key for key in provider.asked if key not in dict(provider.taken)]
    provider.refuses = ""

    for _ in range(2):
        go_round(sessions, later(11), provider)

    assert len(refused) == 1
    assert sorted(key for key, _ in provider.taken) == sorted(set(provider.asked))
    assert provider.taken[-1][0] == refused[0]
    assert len(provider.taken) == 4


def test_what_is_refused_again_and_again_keeps_no_other_from_its_turn(
    sessions: Sessions, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_lamp(sessions, market)
    go_round(sessions, later(10))
    monkeypatch.setattr(payments, "A_ROUND", 1)
    provider = Provider(refuses_all=True)
    for hours in range(8):
        at = later(11) + timedelta(hours=hours)
        MoneyRounds(sessions, sessions, provider=lambda: provider).hand_over(now=at)

    assert len(set(provider.asked[:4])) == 4
    assert provider.asked[4:] == provider.asked[:4]


def test_the_search_tells_of_the_wholesale_price_from_the_day_on_that_it_holds(
    sessions: Sessions, market: Market
) -> None:
    with sessions.begin() as session:
        index(session, make_entry(listing_id=LISTING), now=later(0))
    rounds = MoneyRounds(sessions, sessions, provider=lambda: None)
    with sessions.begin() as session:
        price_it(session, market.publisher, by_month(5), now=later(1))  # from the next day on

    told = []
    for days in (0, 1, 2):
        rounds.round(now=later(days))
        with sessions() as session:
            entry = get_entry(session, LISTING)
            told.append(entry and entry.price.value)

    assert told == ["free", "per_use", "per_month"]


def test_bills_of_both_ends_say_the_same(sessions: Sessions, market: Market) -> None:
    run_lamp(sessions, market, times=3)
    go_round(sessions, later(2))

    bills: dict[str, set[str]] = {}
    for one in all_sides(market):
        with sessions() as session, as_tenant(session, one.id):
            for bill in json.loads(as_bills(statement_of(session, one.id, MONTH)))["customerBill"]:
                bills.setdefault(bill["id"], set()).add(json.dumps(bill, sort_keys=True))
    assert len(bills) == 3
    assert all(len(said) == 1 for said in bills.values())


def test_accounts_outlive_the_customer_they_are_about(sessions: Sessions, market: Market) -> None:
    run_lamp(sessions, market)
    go_round(sessions, later(2))
    with sessions.begin() as session, system(session):
        session.execute(delete(MarketEntry).where(MarketEntry.tenant_id == market.customer.id))
        lines = statement_of(session, market.csp.id, MONTH).lines

    assert {(one.hop, one.amount) for one in lines} == {
        ("retail", 12),
        ("wholesale", -5),
        ("share", -2),
    }
