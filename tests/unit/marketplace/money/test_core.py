"""The arithmetic of money: shares, tiers, pairs of entries, credits and reversals."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import InvalidError
from marketplace.money.currencies import PLACES, decimal_text, said
from marketplace.money.entries import (
    HOPS,
    RETAIL,
    SHARE,
    WHOLESALE,
    Payment,
    credit_of,
    entries_of,
    left_of,
    reversal_of,
)
from marketplace.money.exports import as_bills
from marketplace.money.months import read_month
from marketplace.money.prices import PER_MONTH, PER_USE, Price, Tier, read_price
from marketplace.money.rating import Parties, Tally, cost_of, rate_retail, rate_wholesale
from marketplace.money.shares import split, vendor_part
from marketplace.money.statements import Line, Statement
from tests.support.size import examples

CUSTOMER, CSP, PUBLISHER, VENDOR = (UUID(int=n) for n in range(1, 5))
PARTIES = Parties(customer_id=CUSTOMER, csp_id=CSP, publisher_id=PUBLISHER, vendor_id=VENDOR)
amounts = st.integers(0, 10**15)
bps = st.integers(0, 10_000)
sizes = st.lists(st.integers(0, 5_000), max_size=12)


@st.composite
def prices(draw: st.DrawFn) -> Price:
    if draw(st.booleans()):
        return Price(kind=PER_MONTH, currency="EUR", amount=draw(st.integers(0, 10**6)))
    ends = sorted(draw(st.sets(st.integers(1, 9_000), max_size=4)))
    tiers = [
        Tier(up_to=end, amount=draw(st.integers(0, 500)), per=draw(st.integers(1, 300)))
        for end in [*ends, None]
    ]
    return Price(kind=PER_USE, currency="EUR", tiers=tuple(tiers))


@settings(max_examples=examples(200))
@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=8).filter(any),
)
def test_shares_always_sum_exactly_and_are_off_by_less_than_one_unit(
    amount: int, weights: list[int]
) -> None:
    parts = split(amount, weights)

    assert sum(parts) == amount
    whole = sum(weights)
    assert all(
        abs(part * whole - amount * weight) < whole
        for part, weight in zip(parts, weights, strict=True)
    )


def test_shares_of_no_weight_are_refused() -> None:
    with pytest.raises(ValueError, match="weights"):
        split(5, [0, 0])


@settings(max_examples=examples(100))
@given(sizes, bps)
def test_many_small_amounts_are_shared_like_their_sum(parts: list[int], bp: int) -> None:
    before, vendor = 0, 0
    for part in parts:
        share = vendor_part(before, part, bp)
        assert 0 <= share <= part
        before, vendor = before + part, vendor + share

    assert vendor == vendor_part(0, sum(parts), bp)


@settings(max_examples=examples(150))
@given(prices(), sizes)
def test_counting_one_by_one_costs_what_counting_at_once_does(
    price: Price, parts: list[int]
) -> None:
    tally = Tally()
    for units in parts:
        cost = cost_of(price, units, tally)
        assert cost >= 0
        tally = tally.after(units, cost)

    assert tally.amount == cost_of(price, sum(parts), Tally())


@settings(max_examples=examples(150))
@given(prices(), prices(), sizes, bps)
def test_all_four_sides_agree_whatever_was_used(
    retail: Price, wholesale: Price, parts: list[int], bp: int
) -> None:
    paid, low, high = [], Tally(), Tally(vendor_bp=bp)
    for units in parts:
        paid += rate_retail(PARTIES, retail, units, low)
        paid += rate_wholesale(PARTIES, wholesale, units, high)
        low = low.after(units, cost_of(retail, units, low))
        high = high.after(units, cost_of(wholesale, units, high))

    entries = entries_of(paid)
    net = {one: sum(e.amount for e in entries if e.owner_id == one) for one in PARTIES_IDS}
    assert sum(net.values()) == 0
    assert net[CUSTOMER] == -low.amount
    assert net[PUBLISHER] + net[VENDOR] == high.amount
    assert net[CSP] == low.amount - high.amount
    for hop in HOPS:
        assert sum(e.amount for e in entries if e.hop == hop) == 0


PARTIES_IDS = (CUSTOMER, CSP, PUBLISHER, VENDOR)


def _paid(retail: int, wholesale: int, share: int) -> list[Payment]:
    ends = ((RETAIL, CUSTOMER, CSP), (WHOLESALE, CSP, PUBLISHER), (SHARE, CSP, VENDOR))
    return [
        Payment(hop=hop, payer_id=payer, payee_id=payee, currency="EUR", amount=amount)
        for (hop, payer, payee), amount in zip(ends, (retail, wholesale, share), strict=True)
    ]


@settings(max_examples=examples(150))
@given(amounts, amounts, amounts, st.lists(st.integers(1, 10**15), max_size=5))
def test_a_reversal_nets_to_zero_for_everybody_after_any_credits(
    retail: int, wholesale: int, share: int, credits_: list[int]
) -> None:
    book = _paid(retail, wholesale, share)
    for at, wanted in enumerate(credits_):
        hops = (RETAIL,) if at % 2 else (WHOLESALE, SHARE)
        left = sum(one.amount for one in left_of(book) if one.hop in hops)
        if left:
            book += credit_of(book, min(wanted, left), hops=hops)
        assert all(one.amount >= 0 for one in left_of(book))

    book += reversal_of(book)

    assert all(one.amount == 0 for one in left_of(book))
    sums = dict.fromkeys(PARTIES_IDS, 0)
    for entry in entries_of(book):
        sums[entry.owner_id] += entry.amount
    assert not any(sums.values())
    assert reversal_of(book) == []


def test_more_than_is_left_is_not_given_back() -> None:
    book = _paid(100, 0, 0)
    book += credit_of(book, 60, hops=(RETAIL,))

    with pytest.raises(ValueError, match="at most"):
        credit_of(book, 41, hops=(RETAIL,))


def test_nobody_pays_themselves() -> None:
    own = Parties(customer_id=CUSTOMER, csp_id=CSP, publisher_id=CSP, vendor_id=VENDOR)
    price = Price(kind=PER_MONTH, currency="EUR", amount=1000)

    entries = entries_of(rate_wholesale(own, price, 1, Tally(vendor_bp=2000)))

    assert [(one.owner_id, one.amount) for one in entries] == [(CSP, -200), (VENDOR, 200)]


@settings(max_examples=examples(60))
@given(prices())
def test_a_price_is_read_as_it_was_written(price: Price) -> None:
    assert read_price(price.document()) == price


@settings(max_examples=examples(60))
@given(prices())
def test_a_price_of_whole_numbers_with_a_point_is_the_same_price(price: Price) -> None:
    def pointed(said: Any) -> Any:
        if isinstance(said, dict):
            return {name: pointed(one) for name, one in said.items()}
        if isinstance(said, list):
            return [pointed(one) for one in said]
        return float(said) if isinstance(said, int) else said

    found = read_price(pointed(price.document()))

    assert found == price
    assert json.dumps(found.document()) == json.dumps(price.document())
    assert sum(split(found.total(7) + found.amount, [1, 3])) == price.total(7) + price.amount


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        pytest.param({"kind": "per_month", "amount": 5}, "/currency", id="no currency"),
        pytest.param({"kind": "free", "amount": 5}, "/amount", id="an amount of what is free"),
        pytest.param(
            {"kind": "per_month", "currency": "XXX", "amount": 5}, "/currency", id="no such one"
        ),
        pytest.param(
            {"kind": "per_month", "currency": "EUR", "amount": 0.5}, "/amount", id="a fraction"
        ),
        pytest.param(
            {"kind": "per_use", "currency": "EUR", "tiers": [{"up_to": 5, "amount": 1}]},
            "/tiers/0/up_to",
            id="a last tier that ends",
        ),
        pytest.param(
            {
                "kind": "per_use",
                "currency": "EUR",
                "tiers": [{"up_to": 5, "amount": 1}, {"up_to": 5, "amount": 1}, {"amount": 0}],
            },
            "/tiers/1/up_to",
            id="a tier without units",
        ),
    ],
)
def test_a_price_that_will_not_do_is_refused_by_field(document: object, pointer: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_price(document)

    assert pointer in [one.pointer for one in refused.value.problems]


@settings(max_examples=examples(100))
@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(PLACES)))
def test_an_amount_reads_back_to_the_last_unit(amount: int, currency: str) -> None:
    text = decimal_text(amount, currency)

    assert int(text.replace(".", "")) == amount
    assert len(text.partition(".")[2]) == PLACES[currency]
    assert said(amount, currency).replace(",", "") == f"{currency} {text}"


def test_two_who_pay_one_another_have_a_bill_each_way() -> None:
    def line(side: str, amount: int) -> Line:
        return Line(
            side=side, hop=WHOLESALE, counterparty_id=PUBLISHER, counterparty="Other",
            listing_id="acme.lamp", kind="charge", currency="EUR", units=1, amount=amount,
        )  # fmt: skip

    lines = (line("csp", -500), line("publisher", 300))
    statement = Statement(
        organisation_id=CSP, month="2026-11", closed_at=None, totals=(), lines=lines
    )

    bills = json.loads(as_bills(statement))["customerBill"]

    said = {one["id"].removeprefix("2026-11-wholesale-EUR-"): one["amountDue"] for one in bills}
    assert said == {
        f"{CSP}-{PUBLISHER}": {"unit": "EUR", "value": 5.0},
        f"{PUBLISHER}-{CSP}": {"unit": "EUR", "value": 3.0},
    }


@pytest.mark.parametrize("said", ["201\u0663-05", "2026-13", "2026-1", "2026-12", "1999-01"])
def test_what_is_no_month_that_has_begun_is_refused(said: str) -> None:
    with pytest.raises(InvalidError, match="month"):
        read_month(said, today=date(2026, 11, 28))
