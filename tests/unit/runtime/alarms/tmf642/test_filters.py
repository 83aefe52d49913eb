"""Reading filters: whatever is written is read or refused, and comparisons keep their laws."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.alarms.tmf642.dialect import V4
from runtime.alarms.tmf642.filters import (
    Condition,
    Operator,
    conditions_of_pattern,
    fits,
    paths_of,
    read_conditions,
)

KNOWN = paths_of(V4)
WORDS = st.text(st.characters(exclude_characters=",;"), min_size=1, max_size=8)


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=5))
def test_any_query_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    found: list[Condition] = []

    with suppress(InvalidError):
        found = read_conditions(pairs, KNOWN)

    assert all(one.path in KNOWN and one.values for one in found)


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        pytest.param(("count", "1"), (Operator.EQ, ("1",)), id="equal"),
        pytest.param(("count.eq", "1,2"), (Operator.EQ, ("1", "2")), id="either"),
        pytest.param(("count>", "1"), (Operator.GTE, ("1",)), id="name ends in a sign"),
        pytest.param(("count>1", ""), (Operator.GT, ("1",)), id="a name alone"),
        pytest.param(("count<=1", ""), (Operator.LTE, ("1",)), id="encoded whole"),
        pytest.param(("count", "1;count=2"), (Operator.EQ, ("1", "2")), id="semicolon"),
    ],
)
def test_reads_each_way_of_writing(
    pair: tuple[str, str], expected: tuple[Operator, tuple[str, ...]]
) -> None:
    found = read_conditions([pair], KNOWN)

    assert [(one.operator, one.values) for one in found] == [expected]


@given(value=WORDS, asked=WORDS)
def test_each_operator_is_the_negation_of_another(value: str, asked: str) -> None:
    document = {"alarmDetails": value}

    def holds(operator: Operator) -> bool:
        wanted = Condition(path="alarmDetails", operator=operator, values=(asked,))
        return fits(document, [wanted], KNOWN)

    assert holds(Operator.EQ) is not holds(Operator.NE)
    assert holds(Operator.GT) is not holds(Operator.LTE)
    assert holds(Operator.LT) is not holds(Operator.GTE)


@given(WORDS, WORDS)
def test_a_pattern_meets_the_alarm_it_was_taken_from_and_no_other(one: str, other: str) -> None:
    document = {"id": "1", "alarmDetails": one, "place": [{"id": "a"}, {"id": other}]}

    conditions = conditions_of_pattern(document, KNOWN)

    assert fits(document, conditions, KNOWN)
    assert not fits({**document, "id": "2"}, conditions, KNOWN)


@pytest.mark.parametrize("pattern", [{}, {"@type": "Alarm"}, {"place": []}, {"colour": "red"}])
def test_a_pattern_that_says_nothing_is_refused(pattern: dict[str, Any]) -> None:
    with pytest.raises(InvalidError, match="alarmPattern"):
        conditions_of_pattern(pattern, KNOWN)
