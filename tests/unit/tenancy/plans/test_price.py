"""What a month costs, and how much more fits under a cap."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import InvalidError
from tenancy.plans.price import Metered, Price
from tenancy.plans.terms import Terms, read_terms
from tests.support.size import examples

METERED = st.builds(
    Metered,
    included=st.integers(0, 500),
    per=st.integers(1, 50),
    cents=st.integers(0, 100),
)
PRICES = st.builds(
    Price,
    monthly_cents=st.integers(0, 5_000),
    metered=st.fixed_dictionaries({"runs": METERED, "events": METERED}),
)
USED = st.fixed_dictionaries({"runs": st.integers(0, 2_000), "events": st.integers(0, 2_000)})


@given(price=PRICES, used=USED, cap=st.integers(0, 20_000))
@settings(max_examples=examples(200))
def test_the_room_under_a_cap_is_all_that_fits_and_no_more(
    price: Price, used: dict[str, int], cap: int
) -> None:
    room = price.room(used, "runs", cap_cents=cap)

    before = price.cost(used)
    if room is None:
        assert not price.metered["runs"].cents
        return
    full = price.cost({**used, "runs": used["runs"] + room})
    assert full <= max(cap, before)
    assert price.cost({**used, "runs": used["runs"] + room + 1}) > max(cap, before)


@given(price=PRICES, used=USED)
@settings(max_examples=examples(50))
def test_a_month_costs_no_less_when_more_is_used(price: Price, used: dict[str, int]) -> None:
    more = {name: number + 1 for name, number in used.items()}

    assert price.cost(more) >= price.cost(used)


def test_what_is_included_costs_nothing_even_under_a_cap_below_the_monthly_price() -> None:
    price = Price(monthly_cents=9_900, metered={"runs": Metered(included=100, per=10, cents=5)})

    assert price.room({"runs": 40}, "runs", cap_cents=1_000) == 60


@given(price=PRICES, blocks=st.none() | st.lists(st.text(min_size=1, max_size=8), max_size=4))
@settings(max_examples=examples(50))
def test_terms_are_read_as_they_were_written(price: Price, blocks: list[str] | None) -> None:
    terms = Terms(
        quotas={"runs_a_day": 5},
        blocks=None if blocks is None else tuple(blocks),
        features=frozenset({"api_tokens"}),
        support="business_hours",
        price=price,
    )

    assert read_terms(terms.document()) == terms


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        pytest.param({"quotas": {"runs": 1}}, "/quotas/runs", id="no such quota"),
        pytest.param({"quotas": {"runs_a_day": 0}}, "/quotas/runs_a_day", id="below one"),
        pytest.param({"quotas": {"runs_a_day": True}}, "/quotas/runs_a_day", id="no number"),
        pytest.param({"features": ["flying"]}, "/features", id="no such feature"),
        pytest.param({"support": "never"}, "/support", id="no such support"),
        pytest.param({"price": {"currency": "eur"}}, "/price/currency", id="small letters"),
        pytest.param(
            {"price": {"metered": {"runs": {"included": 1, "per": 0}}}},
            "/price/metered/runs/per",
            id="for every none",
        ),
    ],
)
def test_what_cannot_be_kept_is_named(document: dict[str, object], pointer: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_terms(document)

    assert [one.pointer for one in refused.value.problems] == [pointer]
