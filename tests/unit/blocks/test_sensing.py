"""What the blocks that correlate work by, held against naive models and against statistics."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from blocks.standard._baseline import Baseline, season_of
from blocks.standard._counters import Reading, counted_between
from blocks.standard._hysteresis import Limits, Standing, Turn, measured
from blocks.standard._windows import free_at, within

VALUES = st.floats(-1e6, 1e6)
TURNS = st.builds(Turn, times=st.integers(1, 4), for_s=st.sampled_from([0.0, 5.0, 20.0]))
MEASURED = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 10)), max_size=40)


@st.composite
def limits(draw: st.DrawFn) -> Limits:
    """Give limits around the values of MEASURED, on either side."""
    is_above = draw(st.booleans())
    low, high = sorted([draw(st.integers(2, 10)), draw(st.integers(2, 10))])
    return Limits(
        raise_at=high if is_above else low,
        clear_at=low if is_above else high,
        is_above=is_above,
        raising=draw(TURNS),
        clearing=draw(TURNS),
    )


def naive(limits: Limits, values: list[tuple[float, float]]) -> list[bool]:
    """Say after each value whether it is raised, by looking back over all values since the turn."""
    told: list[bool] = []
    is_raised, since = False, 0
    for end in range(1, len(values) + 1):
        turn = limits.clearing if is_raised else limits.raising
        run: list[float] = []
        for value, at in reversed(values[since:end]):
            if not (limits.is_well(value) if is_raised else limits.is_bad(value)):
                break
            run.append(at)
        if len(run) >= turn.times and run[0] - run[-1] >= turn.for_s:
            is_raised, since = not is_raised, end
        told.append(is_raised)
    return told


@given(limits(), MEASURED)
def test_a_threshold_does_what_looking_back_over_everything_says(
    limits: Limits, steps: list[tuple[int, int]]
) -> None:
    values: list[tuple[float, float]] = []
    at = 0.0
    for level, pause in steps:
        at += pause
        values.append((float(level), at))

    told, standing = [], Standing()
    for value, at_s in values:
        standing = measured(standing, limits, value, at_s)
        told.append(standing.is_raised)

    assert told == naive(limits, values)


@given(limits(), MEASURED, st.integers(0, 12))
def test_a_value_from_before_the_last_one_changes_nothing(
    limits: Limits, steps: list[tuple[int, int]], value: int
) -> None:
    standing = Standing()
    for index, (each, _) in enumerate(steps):
        standing = measured(standing, limits, each, 100 + index)
    assume(standing.seen_s is not None)

    assert measured(standing, limits, value, 99) == standing


def learnt(values: Iterable[float], *, remembers: int) -> Baseline:
    usual = Baseline()
    for value in values:
        usual = usual.learn(value, remembers=remembers)
    return usual


@given(st.lists(VALUES, min_size=1, max_size=60))
def test_a_baseline_of_few_values_has_their_mean_and_deviation(values: list[float]) -> None:
    usual = learnt(values, remembers=60)

    assert usual.mean == pytest.approx(statistics.fmean(values), abs=1e-6)
    assert usual.deviation == pytest.approx(statistics.pstdev(values), abs=1e-3, rel=1e-6)


@given(st.lists(VALUES, min_size=1, max_size=60), st.integers(10, 20))
def test_a_baseline_of_many_values_has_their_mean_by_weight(
    values: list[float], remembers: int
) -> None:
    usual = learnt(values, remembers=remembers)

    weights = weights_of(len(values), remembers)
    mean = sum(weight * value for weight, value in zip(weights, values, strict=True))
    spread = sum(w * (value - mean) ** 2 for w, value in zip(weights, values, strict=True))
    assert usual.mean == pytest.approx(mean, abs=1e-6)
    assert usual.variance == pytest.approx(spread, rel=1e-6, abs=1e-3)


def weights_of(count: int, remembers: int) -> list[float]:
    """Say how much each value counts in the end: each gets its share, the others shrink."""
    weights: list[float] = []
    for number in range(1, count + 1):
        share = 1 / min(number, remembers)
        weights = [*(weight * (1 - share) for weight in weights), share]
    assert sum(weights) == pytest.approx(1)
    return weights


def test_what_was_never_otherwise_is_infinitely_far_away() -> None:
    usual = learnt([5.0] * 40, remembers=100)

    assert (usual.distance(5.0), usual.distance(5.1), usual.distance(4)) == (
        0.0,
        float("inf"),
        float("-inf"),
    )


def test_a_new_level_is_usual_after_a_while() -> None:
    usual = learnt([0.0] * 100 + [50.0] * 500, remembers=100)

    assert abs(usual.distance(50.0)) < 1


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))
def test_an_hour_of_the_week_comes_again_after_a_week_and_not_before(at: datetime) -> None:
    hour = season_of(at, "hour-of-week")

    others = {season_of(at + timedelta(hours=one), "hour-of-week") for one in range(1, 168)}
    assert season_of(at + timedelta(days=7), "hour-of-week") == hour
    assert hour not in others
    assert len(others) == 167
    assert season_of(at + timedelta(days=1), "hour-of-day") == season_of(at, "hour-of-day")


COUNTS = st.integers(0, 2**64 - 1)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(1, 10**6))
def test_a_short_counter_that_runs_over_counts_on(start: int, counted: int, seconds: int) -> None:
    after = Reading((start + counted) % 2**32, seconds)

    found = counted_between(Reading(start, 0), after, bits=32, most_per_s=None)

    assert (found.kind, found.counted) == ("rate", counted)
    assert found.ran_over == (start + counted >= 2**32)


@given(COUNTS, COUNTS, st.integers(1, 10**6))
def test_a_long_counter_goes_up_or_began_anew(before: int, after: int, seconds: int) -> None:
    found = counted_between(Reading(before, 0), Reading(after, seconds), bits=64, most_per_s=None)

    assert found.kind == ("rate" if after >= before else "reset")
    assert found.counted == (after - before if after >= before else 0)


SHORT = st.integers(0, 2**32 - 1)


@given(SHORT, SHORT, st.integers(1, 1000), st.integers(1, 10**12))
def test_a_counter_that_went_back_did_not_run_over_faster_than_it_can(
    a: int, b: int, seconds: int, most: int
) -> None:
    found = counted_between(Reading(a, 0), Reading(b, seconds), bits=32, most_per_s=most)

    assert found.kind == "reset" or not found.ran_over or found.per_second <= most


@given(COUNTS, st.integers(1, 2**32), st.integers(1, 1000))
def test_a_counter_that_went_up_has_a_rate_however_fast(a: int, more: int, seconds: int) -> None:
    found = counted_between(Reading(a, 0), Reading(a + more, seconds), bits=64, most_per_s=1e-9)

    assert (found.kind, found.counted) == ("rate", more)


@pytest.mark.parametrize("seconds", [0, -5])
def test_a_reading_that_is_not_later_says_nothing(seconds: int) -> None:
    found = counted_between(Reading(1, 10), Reading(2, 10 + seconds), bits=64, most_per_s=None)

    assert found.kind == "early"


INSTANTS = st.lists(st.integers(0, 200), max_size=30).map(sorted)


@given(INSTANTS, st.integers(1, 5), st.integers(1, 60))
def test_no_stretch_of_time_lets_more_through_than_it_may(
    instants: list[int], most: int, window_s: int
) -> None:
    passed: list[float] = []
    for now in instants:
        if len(within(passed, now_s=now, window_s=window_s)) < most:
            passed.append(now)

    for start in passed:
        assert sum(start <= one < start + window_s for one in passed) <= most


@given(INSTANTS, st.integers(1, 5), st.integers(1, 60))
def test_the_next_may_pass_when_it_is_said_and_not_before(
    instants: list[int], most: int, window_s: int
) -> None:
    assume(len(instants) >= most)
    at = free_at(instants, most=most, window_s=window_s)

    assert len(within(instants, now_s=at, window_s=window_s)) < most
    just_before = [one for one in instants if one > at - 0.5 - window_s]
    assert len(just_before) >= most


def test_seconds_of_real_time_survive_being_kept() -> None:
    now = datetime(2026, 11, 27, 12, 0, 0, 123456, tzinfo=UTC).timestamp()

    assert within([now, now - 60], now_s=now, window_s=60) == [now]
    assert all(
        one < other for one, other in pairwise(within([now, now - 1], now_s=now, window_s=60))
    )
