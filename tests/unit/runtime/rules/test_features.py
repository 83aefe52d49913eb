"""The fullest window around an event, and the groups it is counted in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.rules.features import fullest_window, group_of
from runtime.rules.model import Count

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=20),
    st.data(),
    st.integers(1, 30),
)
def test_the_fullest_window_is_the_fullest_of_all(
    seconds: list[int], data: st.DataObject, within_s: int
) -> None:
    at = data.draw(st.sampled_from(seconds))
    instants = sorted(NOON + timedelta(seconds=one) for one in seconds)

    found = fullest_window(instants, at=NOON + timedelta(seconds=at), within_s=within_s)

    ends = range(at, at + within_s)
    assert found == max(sum(end - within_s < one <= end for one in seconds) for end in ends)


@pytest.mark.parametrize(
    ("facts", "is_counted"),
    [
        pytest.param({"attributes": {"site": "a"}}, True, id="has the field"),
        pytest.param({"attributes": {"site": 0}}, True, id="zero is a value"),
        pytest.param({"attributes": {"site": ""}}, False, id="empty is none"),
        pytest.param({"attributes": {}}, False, id="missing"),
    ],
)
def test_an_alarm_without_a_grouping_field_is_in_no_group(
    facts: dict[str, object], *, is_counted: bool
) -> None:
    count = Count(2, 60, ("attributes.site",))

    assert (group_of(count, facts) is not None) is is_counted


def test_groups_of_several_fields_are_told_apart() -> None:
    count = Count(2, 60, ("attributes.a", "attributes.b"))
    one = group_of(count, {"attributes": {"a": "x", "b": "y"}})

    assert one == group_of(count, {"attributes": {"b": "y", "a": "x"}})
    assert one != group_of(count, {"attributes": {"a": "y", "b": "x"}})
