"""When a storm begins and ends, and what is said of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.errors import InvalidError
from runtime.alarms.storms import (
    OBJECTS_MAX,
    Marks,
    Rate,
    begins,
    count_held,
    ends,
    parse_protection,
    protection_document,
)
from tests.factories.tenancy import NOON

MARKS = {"begin_per_s": 2, "end_per_s": 1}


@pytest.mark.parametrize(
    ("ago_s", "counted"),
    [
        pytest.param([0, 0, 0], 3, id="now"),
        pytest.param([9.9, 0], 2, id="within the window"),
        pytest.param([10, 0], 1, id="a part too old"),
    ],
)
def test_a_rate_counts_the_window_alone(ago_s: list[float], counted: int) -> None:
    rate = Rate(part_s=1)
    for ago in ago_s:
        rate.add(NOON + timedelta(seconds=9.9) - timedelta(seconds=ago))

    assert rate.total(NOON + timedelta(seconds=9.9)) == counted


@pytest.mark.parametrize(
    ("total", "begun", "over"),
    [
        pytest.param(9, False, True, id="below both marks"),
        pytest.param(10, False, False, id="at the lower mark"),
        pytest.param(20, False, False, id="at the upper mark"),
        pytest.param(21, True, False, id="above both"),
    ],
)
def test_between_the_marks_a_storm_stays_as_it_is(total: int, begun: bool, over: bool) -> None:
    marks = Marks(2, 1)

    assert begins(total, marks, window_s=10) is begun
    assert ends(total, marks, window_s=10) is over


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        pytest.param({"window_s": 9}, "/window_s", id="a window too short"),
        pytest.param({"window_s": "60"}, "/window_s", id="no number"),
        pytest.param({"window_s": float("nan")}, "/window_s", id="not a number"),
        pytest.param({"source": {"end_per_s": 1}}, "/source/begin_per_s", id="no upper mark"),
        pytest.param(
            {"source": {"begin_per_s": 2, "end_per_s": 2}}, "/source/end_per_s", id="no hysteresis"
        ),
        pytest.param({"planet": MARKS}, "/planet", id="another scope"),
    ],
)
def test_what_cannot_be_set_is_named(document: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parse_protection(document)

    assert [one.pointer for one in refused.value.problems] == [pointer]


def test_what_is_set_comes_back_the_same() -> None:
    document = {"window_s": 30, "tenant": {"begin_per_s": 2.5, "end_per_s": 1.0}}

    assert protection_document(parse_protection(document)) == document


def test_many_objects_are_counted_as_others() -> None:
    full = {f"n{number}": 1 for number in range(OBJECTS_MAX)}

    _, objects = count_held({}, full, "major", "one more")

    assert objects["others"] == 1
    assert len(objects) == OBJECTS_MAX + 1
