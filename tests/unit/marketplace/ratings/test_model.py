"""The average that is shown, and what may be given."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from marketplace.ratings.model import LEAST, PRIOR_MEAN, WORDS_MAX, Given, average_of, checked

COUNTS = st.lists(st.integers(0, 10_000), min_size=5, max_size=5)
SHOWN = COUNTS.filter(lambda counts: sum(counts) >= LEAST)


@given(SHOWN)
def test_the_average_lies_between_the_prior_and_the_plain_mean(counts: list[int]) -> None:
    given_stars = sum(stars * number for stars, number in enumerate(counts, start=1))
    plain = Fraction(given_stars, sum(counts))

    average = average_of(counts)

    assert average is not None
    assert min(plain, PRIOR_MEAN) <= average <= max(plain, PRIOR_MEAN)


@given(SHOWN, st.integers(0, 4))
def test_one_rating_more_draws_the_average_towards_it(counts: list[int], at: int) -> None:
    before = average_of(counts)
    counts[at] += 1
    after = average_of(counts)

    assert before is not None
    assert after is not None
    assert abs(after - (at + 1)) <= abs(before - (at + 1))


def test_there_is_no_average_of_fewer_than_three() -> None:
    assert average_of((0, 0, 0, 0, 2)) is None
    assert average_of((0, 0, 0, 0, 3)) is not None


def test_many_good_ratings_pass_few_perfect_ones() -> None:
    few, many = average_of((0, 0, 0, 0, 3)), average_of((0, 0, 0, 10, 40))

    assert few is not None
    assert many is not None
    assert few < many


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        pytest.param(Given(stars=0), "/stars", id="no star"),
        pytest.param(Given(stars=6), "/stars", id="six stars"),
        pytest.param(Given(stars=3, words="x" * (WORDS_MAX + 1)), "/words", id="too many words"),
    ],
)
def test_what_cannot_be_given_is_refused_by_field(wrong: Given, pointer: str) -> None:
    with pytest.raises(InvalidError) as refused:
        checked(wrong)

    assert [one.pointer for one in refused.value.problems] == [pointer]
