"""Which numbers of a listing are told beside each other."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.figures.telling import told_of
from marketplace.proven.model import K
from tests.support.size import examples


def some(first: int, behind: int) -> set[UUID]:
    return {UUID(int=one) for one in range(first, behind)}


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        pytest.param({"1": some(0, 4)}, {}, id="too few"),
        pytest.param({"1": some(0, 6)}, {"": 6, "1": 6}, id="all have one"),
        pytest.param({"1": some(0, 5), "2": some(5, 6)}, {"": 6}, id="one has another"),
        pytest.param({"1": some(0, 6), "2": some(5, 6)}, {"": 6, "1": 6}, id="one has both"),
        pytest.param(
            {"1": some(0, 9), "2": some(9, 15), "3": some(15, 17)},
            {"": 17, "1": 9},
            id="the smaller one is kept back",
        ),
    ],
)
def test_no_number_is_read_off_by_taking_one_from_another(
    versions: dict[str, set[UUID]], expected: dict[str, int]
) -> None:
    assert told_of(versions) == expected


@given(
    st.dictionaries(st.sampled_from("abcd"), st.sets(st.integers(0, 20).map(lambda n: UUID(int=n))))
)
@settings(max_examples=examples(100))
def test_whoever_is_in_no_version_that_is_told_is_one_of_enough(
    versions: dict[str, set[UUID]],
) -> None:
    told = told_of(versions)
    everyone: set[UUID] = set().union(*versions.values())
    left = everyone.difference(*(versions[one] for one in told if one))

    assert all(number >= K for number in told.values())
    assert not told or not 0 < len(left) < K
