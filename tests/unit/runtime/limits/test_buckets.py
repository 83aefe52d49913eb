"""Buckets and places: never more than the rate or the places, and a turn of one's own for each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.limits.buckets import LocalRates, Rate


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """Give the time."""
        return self.now


arrivals = st.lists(st.tuples(st.floats(0, 2), st.integers(1, 5)), min_size=1, max_size=60)


@given(arrivals, st.floats(0.5, 20), st.floats(5, 30))
def test_what_is_let_in_never_exceeds_the_rate_and_one_burst(
    coming: list[tuple[float, int]], per_s: float, burst: float
) -> None:
    clock = Clock()
    rates, rate, taken = LocalRates(clock), Rate(per_s=per_s, burst=burst), 0

    for pause_s, number in coming:
        clock.now += pause_s
        taken += number if rates.take("k", number, rate) == 0.0 else 0

    assert taken <= burst + (clock.now - 1_000.0) * per_s + 1e-6


@given(st.integers(1, 40))
def test_those_who_come_too_early_are_told_different_turns(number: int) -> None:
    rates, rate = LocalRates(Clock()), Rate(per_s=10, burst=1)
    rates.take("k", 1, rate)

    waits = [rates.take("k", 1, rate) for _ in range(number)]

    assert waits == pytest.approx([(turn + 1) / 10 for turn in range(number)])


def test_whoever_comes_at_the_turn_they_were_told_is_let_in() -> None:
    clock = Clock()
    rates, rate = LocalRates(clock), Rate(per_s=4, burst=1)
    rates.take("k", 1, rate)
    waits = [rates.take("k", 1, rate) for _ in range(5)]

    began, let_in = clock.now, []
    for wait_s in waits:
        clock.now = began + wait_s + 1e-6
        let_in.append(rates.take("k", 1, rate) == 0.0)

    assert let_in == [True] * 5


def test_a_key_knows_nothing_of_another() -> None:
    rates, rate = LocalRates(Clock()), Rate(per_s=1, burst=1)
    rates.take("one", 1, rate)

    assert rates.take("other", 1, rate) == 0.0


def test_there_are_no_more_inside_than_places_and_leaving_makes_room() -> None:
    rates = LocalRates(Clock())
    entered = [rates.enter("k", f"w{one}", 2, for_s=10) == 0.0 for one in range(3)]

    rates.leave("k", "w0")

    assert entered == [True, True, False]
    assert rates.enter("k", "w2", 2, for_s=10) == 0.0


def test_the_place_of_one_that_died_is_free_after_its_time() -> None:
    clock = Clock()
    rates = LocalRates(clock)
    rates.enter("k", "dead", 1, for_s=10)

    before = rates.enter("k", "next", 1, for_s=10)
    clock.now += 10.1

    assert before > 0
    assert rates.enter("k", "next", 1, for_s=10) == 0.0
