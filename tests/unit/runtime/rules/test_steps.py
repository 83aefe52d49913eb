"""The fullest window around an event, and the groups it is counted in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.rules.judging.state import Mark
from runtime.rules.judging.steps import fullest
from tests.factories.rules import make_count_pattern
from tests.unit.runtime.rules.judged import Court, event, judged


@given(st.lists(st.integers(0, 60), min_size=1, max_size=20), st.data(), st.integers(1, 30))
def test_the_fullest_window_is_the_fullest_of_all(
    seconds: list[int], data: st.DataObject, window: int
) -> None:
    at = data.draw(st.sampled_from(seconds))
    marks = sorted(Mark(one, seq, "", f"alarm-{seq}") for seq, one in enumerate(seconds))

    found, alarms = fullest(marks, at=at, window=window)

    ends = range(at, at + window)
    assert found == max(sum(end - window < one <= end for one in seconds) for end in ends)
    assert len(alarms) == found


@pytest.mark.parametrize(
    ("attributes", "is_counted"),
    [
        pytest.param({"site": "a"}, True, id="has the field"),
        pytest.param({"site": 0}, True, id="zero is a value"),
        pytest.param({"site": ""}, False, id="empty is none"),
        pytest.param({}, False, id="missing"),
    ],
)
def test_an_alarm_without_a_grouping_field_is_in_no_group(
    attributes: dict[str, Any], *, is_counted: bool
) -> None:
    court = Court([judged({"pattern": make_count_pattern(2, 60, "attributes.site")})])

    court.judge([event(0, 0, attributes=attributes)])

    assert bool(court.memory.states) is is_counted


def test_groups_of_several_fields_are_told_apart() -> None:
    court = Court([judged({"pattern": make_count_pattern(2, 60, "attributes.a", "attributes.b")})])
    seen = [{"a": "x", "b": "y"}, {"b": "y", "a": "x"}, {"a": "y", "b": "x"}]

    court.judge(event(seq, seq, attributes=one) for seq, one in enumerate(seen))

    assert len(court.memory.states) == 2
