"""What is recorded is only added to, and yet says in the end what is true."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.services.spans import Span, length
from runtime.services.timeline import (
    Cause,
    Moment,
    State,
    corrections,
    disturbances,
    in_force,
    spans_of,
    stretches,
)
from tests.factories.tenancy import NOON

SECOND = timedelta(seconds=1)


def moment(at_s: int, state: State, cause: int = 0) -> Moment:
    why = Cause(alarm_id=UUID(int=cause), key="k", what="w", since=NOON) if cause else None
    return Moment(at=NOON + at_s * SECOND, state=state, is_down=state is State.DOWN, cause=why)


moments = st.builds(moment, st.integers(0, 30), st.sampled_from(State), st.integers(0, 2))
ascending = st.lists(moments, max_size=10, unique_by=lambda one: one.at).map(
    lambda found: sorted(found, key=lambda one: one.at)
)


def said_at(timeline: list[Moment], second: int) -> object:
    found = [one for one in timeline if one.at <= NOON + second * SECOND]
    return found[-1].said if found else None


@given(st.lists(moments, max_size=12))
def test_a_moment_takes_back_what_was_said_of_its_instant_and_later(record: list[Moment]) -> None:
    held: list[object] = [None] * 40
    for one in record:
        first = (one.at - NOON) // SECOND
        held[first:] = [one.said] * (40 - first)

    timeline = in_force(record)

    assert [said_at(timeline, second) for second in range(40)] == held


@given(st.lists(moments, max_size=12), ascending, st.integers(0, 30))
def test_a_correction_makes_the_record_say_what_was_derived(
    record: list[Moment], derived: list[Moment], since_s: int
) -> None:
    first = [moment(since_s, State.WORKING)]
    after = [one for one in derived if one.at > first[0].at]
    known = in_force(record)

    added = corrections(known, first + after, since=first[0].at)

    timeline = in_force([*record, *added])
    assert [said_at(timeline, second) for second in range(since_s, 40)] == [
        said_at(first + after, second) for second in range(since_s, 40)
    ]
    assert [said_at(timeline, second) for second in range(since_s)] == [
        said_at(known, second) for second in range(since_s)
    ]


@given(st.lists(moments, max_size=12), ascending)
def test_the_same_derivation_again_adds_nothing(
    record: list[Moment], derived: list[Moment]
) -> None:
    first = [moment(0, State.WORKING), *(one for one in derived if one.at > NOON)]
    added = corrections(in_force(record), first, since=NOON)

    assert corrections(in_force([*record, *added]), first, since=NOON) == []


@given(st.lists(moments, max_size=12))
def test_the_stretches_of_a_period_fill_it_from_the_first_moment_on(record: list[Moment]) -> None:
    timeline = in_force(record)
    period = Span(NOON, NOON + 40 * SECOND)

    found = [span for span, _ in stretches(timeline, period)]

    assert all(one.end == other.start for one, other in pairwise(found))
    wanted = period.end - max(timeline[0].at, NOON) if timeline else timedelta(0)
    assert length(found) == wanted


@given(st.lists(moments, max_size=12))
def test_disturbances_are_all_the_time_in_which_it_did_not_just_work(record: list[Moment]) -> None:
    timeline = in_force(record)
    now = NOON + 40 * SECOND
    otherwise = [(state, down) for state in State for down in (True, False)]
    wanted = [one for one in otherwise if one[0] is not State.WORKING]

    found = [one.span(now) for one in disturbances(timeline)]

    assert length(found) == length(spans_of(timeline, Span(NOON, now), wanted))


def test_a_late_alarm_puts_the_record_right_and_leaves_it_readable() -> None:
    record = [moment(0, State.WORKING), moment(20, State.DOWN, 1), moment(30, State.WORKING)]
    derived = [moment(10, State.DOWN, 1), moment(30, State.WORKING)]

    added = corrections(in_force(record), derived, since=derived[0].at)

    assert added == derived
    (only,) = disturbances(in_force([*record, *added]))
    assert (only.start, only.end) == (NOON + 10 * SECOND, NOON + 30 * SECOND)


@pytest.mark.parametrize("state", [State.DEGRADED, State.DOWN])
def test_what_turns_out_never_to_have_been_is_taken_back(state: State) -> None:
    record = [moment(0, State.WORKING), moment(20, state, 1)]

    added = corrections(in_force(record), [moment(20, State.WORKING)], since=NOON + 20 * SECOND)

    assert disturbances(in_force([*record, *added])) == []
