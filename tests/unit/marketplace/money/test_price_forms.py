"""The form of a price: amounts as people write them, rows of tiers, and what is wrong at which."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import InvalidError
from marketplace.money.currencies import PLACES, decimal_text, read_amount
from marketplace.money.margins import left_of, loss_words
from marketplace.money.price_forms import example_bill, form_of, price_in, read_form, said_in
from marketplace.money.pricelists import Asked, margin_of
from marketplace.money.prices import TRIAL_DAYS_MAX, Price, read_price
from marketplace.money.pricing import PriceView
from marketplace.money.saying import price_words
from marketplace.money.shares import WHOLE_BP, read_percent, share_words
from tests.factories.tenancy import NOON
from tests.support.size import examples

TIERED = {
    "kind": "per_use",
    "currency": "EUR",
    "up_to-0": "1000",
    "amount-0": "0",
    "amount-2": "0.05",
    "per-2": "10",
    "rows": "5",
}


@given(st.sampled_from(sorted(PLACES)), st.integers(0, 10**12))
@settings(max_examples=examples(100))
def test_an_amount_that_is_written_is_read_as_itself(currency: str, amount: int) -> None:
    assert read_amount(decimal_text(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        pytest.param("0.005", "EUR", id="finer than a cent"),
        pytest.param("1.5", "JPY", id="a yen has no parts"),
        pytest.param("1,50", "EUR", id="a comma could be either"),
        pytest.param("-1", "EUR", id="below nought"),
        pytest.param("", "EUR", id="nothing"),
        pytest.param("²", "EUR", id="no digit of numbers"),
    ],
)
def test_what_is_no_amount_of_a_currency_is_refused_with_an_example(
    text: str, currency: str
) -> None:
    with pytest.raises(ValueError, match="such as"):
        read_amount(text, currency)


def test_rows_that_are_empty_are_left_out() -> None:
    price = price_in(read_form(TIERED))

    assert [(one.up_to, one.amount, one.per) for one in price.tiers] == [
        (1000, 0, 1),
        (None, 5, 10),
    ]


def test_what_is_wrong_with_a_tier_is_said_at_its_row() -> None:
    wrong = TIERED | {"up_to-2": "5000", "amount-0": "much"}

    with pytest.raises(InvalidError) as refused:
        price_in(read_form(wrong))
    with pytest.raises(InvalidError) as then:
        price_in(read_form(wrong | {"amount-0": "0"}))

    assert [one.pointer for one in refused.value.problems] == ["amount-0"]
    assert [one.pointer for one in then.value.problems] == ["up_to-2"]


@pytest.mark.parametrize("days", ["91", "-1", "many"])
def test_a_trial_period_has_at_most_ninety_days(days: str) -> None:
    with pytest.raises(InvalidError) as refused:
        price_in(read_form(TIERED | {"trial_days": days}))

    assert [one.pointer for one in refused.value.problems] == ["trial_days"]


def test_more_rows_are_added_to_those_that_are_filled_in() -> None:
    form = read_form(TIERED, more=True)

    assert len(form.rows) == 8
    assert form.rows[2].amount == "0.05"


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, TRIAL_DAYS_MAX))
@settings(max_examples=examples(50))
def test_a_form_that_begins_from_a_price_says_that_price(
    up_to: int, amount: int, trial_days: int
) -> None:
    tiers = [{"up_to": up_to, "amount": amount}, {"amount": amount, "per": 7}]
    said = {"kind": "per_use", "currency": "KWD", "tiers": tiers, "trial_days": trial_days}
    price = read_price(said)

    assert price_in(form_of(price, date(2026, 12, 1))) == price


def test_an_example_month_is_worked_out_from_what_is_typed() -> None:
    form = read_form(TIERED | {"uses": "3,200"})

    assert example_bill(form) == "3,200 uses in a month come to EUR 11.00."
    assert example_bill(read_form(TIERED | {"amount-2": "x"})) == ""


def test_what_is_left_is_told_only_within_one_currency() -> None:
    wholesale = read_price({"kind": "per_month", "currency": "EUR", "amount": 400})
    retail = read_price({"kind": "per_use", "currency": "EUR", "tiers": [{"amount": 1}]})
    dollars = read_price({"kind": "per_month", "currency": "USD", "amount": 900})

    margin = margin_of(retail, wholesale)

    assert margin is not None
    assert (margin.amount, margin.uses) == (600, 1000)
    assert margin_of(dollars, wholesale) is None
    assert margin_of(Price(), Price()) is None


def test_a_price_is_said_with_its_tiers_and_trial_period() -> None:
    price = price_in(read_form(TIERED | {"trial_days": "14"}))

    assert price_words(price) == (
        "the first 1,000 uses of a month free, then EUR 0.05 for every 10 uses; "
        "the first 14 days free"
    )


@given(st.integers(0, WHOLE_BP))
@settings(max_examples=examples(50))
def test_a_share_that_is_written_is_read_as_itself(share_bp: int) -> None:
    assert read_percent(share_words(share_bp)) == share_bp


def test_a_decimal_comma_is_read_and_what_could_part_thousands_is_not() -> None:
    said = {"kind": "per_month", "currency": "EUR"}

    assert price_in(read_form(said | {"amount": "9,90"})).amount == 990
    with pytest.raises(InvalidError):
        price_in(read_form(said | {"amount": "1,500"}))


def test_all_that_is_wrong_with_a_form_is_named_at_once() -> None:
    said = {"kind": "per_month", "amount": "x", "trial_days": "y", "valid_from": "2020-01-01"}

    with pytest.raises(InvalidError) as refused:
        said_in(read_form(said), now=NOON)

    found = {one.pointer.lstrip("/") for one in refused.value.problems}
    assert found == {"currency", "amount", "trial_days", "valid_from"}


def test_what_is_paid_later_counts_when_a_price_is_set() -> None:
    def paid(amount: int, day: date) -> PriceView:
        price = read_price({"kind": "per_month", "currency": "EUR", "amount": amount})
        return PriceView(
            id=UUID(int=amount), hop="wholesale", listing_id="acme.lamp", price=price,
            valid_from=day, set_at=NOON, set_by="Bo",
        )  # fmt: skip

    asked = Asked(now=paid(450, date(2026, 1, 1)), comes=(paid(990, date(2026, 12, 1)),))
    retail = read_price({"kind": "per_month", "currency": "EUR", "amount": 800})

    told = loss_words(asked, retail, date(2026, 12, 1))

    assert told == "From 1 Dec 2026 you pay EUR 1.90 more than you ask, each month and customer."
    assert [one.is_loss for one in left_of(asked, retail, date(2026, 11, 1))] == [False, True]
