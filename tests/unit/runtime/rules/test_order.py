"""Rules in an order, a page after the other: none twice, none left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.rules.model import Mode
from runtime.rules.order import SORTS, in_order, place_of, read_sort
from runtime.rules.store import RuleView

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def rule(number: int, *, name: str = "r", fired: int = 0, last: int | None = None) -> RuleView:
    return RuleView(
        id=UUID(int=number),
        name=name,
        mode=Mode.DRAFT,
        draft={},
        draft_revision=1,
        live_version_id=None,
        live_number=None,
        updated_at=NOON + timedelta(minutes=fired),
        updated_by="",
        fired_count=fired,
        last_fired_at=NOON + timedelta(seconds=last) if last is not None else None,
    )


RULES = st.lists(
    st.builds(
        rule,
        st.integers(0, 10_000),
        name=st.text(max_size=3),
        fired=st.integers(0, 3),
        last=st.none() | st.integers(0, 3),
    ),
    unique_by=lambda one: one.id,
    max_size=20,
)


@given(RULES, st.sampled_from(SORTS), st.integers(1, 4))
def test_pages_are_the_whole_list_in_its_order(
    rules: list[RuleView], sort: str, limit: int
) -> None:
    found, after = list[RuleView](), None
    while page := in_order(rules, sort, after=after)[:limit]:
        found += page
        after = place_of(page[-1], sort)

    assert found == in_order(rules, sort)


def test_those_that_never_fired_come_last_of_the_latest() -> None:
    rules = [rule(1), rule(2, last=1), rule(3, last=2)]

    assert [one.id.int for one in in_order(rules, "-last_fired_at")] == [3, 2, 1]


@pytest.mark.parametrize("sort", ["fired", "last_fired_at", "updated_at"])
def test_a_place_of_another_order_is_refused(sort: str) -> None:
    with pytest.raises(InvalidError):
        in_order([rule(1)], sort, after=["a name", "x"])


def test_an_order_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidError, match="last_fired_at"):
        read_sort({"sort": "secret"})
