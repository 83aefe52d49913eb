"""Arithmetic of time, checked by counting seconds, and over changes of the clocks."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.services.spans import (
    Month,
    Span,
    common,
    days_until,
    joined,
    length,
    month_of,
    month_span,
    without,
)
from tests.factories.tenancy import NOON

SECOND = timedelta(seconds=1)
HORIZON = 60
ZONES = ("UTC", "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
zones = st.sampled_from(ZONES).map(ZoneInfo)
months = st.builds(Month, st.integers(2000, 2099), st.integers(1, 12))
spans = st.lists(
    st.tuples(st.integers(0, HORIZON), st.integers(0, HORIZON)).map(
        lambda ends: Span(NOON + min(ends) * SECOND, NOON + max(ends) * SECOND)
    ),
    max_size=8,
)


def seconds_of(found: list[Span]) -> set[int]:
    """Give the seconds after noon that lie in spans."""
    return {
        number
        for number in range(HORIZON)
        if any(one.start <= NOON + number * SECOND < one.end for one in found)
    }


@given(spans, spans)
def test_what_is_common_is_what_lies_in_both(one: list[Span], other: list[Span]) -> None:
    assert seconds_of(common(one, other)) == seconds_of(one) & seconds_of(other)


@given(spans, spans)
def test_what_is_taken_away_is_what_lies_in_the_second(one: list[Span], other: list[Span]) -> None:
    assert seconds_of(without(one, other)) == seconds_of(one) - seconds_of(other)


@given(spans)
def test_the_length_counts_each_second_once(found: list[Span]) -> None:
    assert length(joined(found)) == len(seconds_of(found)) * SECOND


@given(spans, spans)
def test_an_answer_is_sorted_and_neither_overlaps_nor_touches(
    one: list[Span], other: list[Span]
) -> None:
    for answer in (joined(one), common(one, other), without(one, other)):
        assert all(left.end < right.start for left, right in pairwise(answer))
        assert all(each.start < each.end for each in answer)


@given(months, zones)
def test_a_month_ends_where_the_next_begins(month: Month, zone: ZoneInfo) -> None:
    assert month_span(month, zone).end == month_span(month.next(), zone).start


@given(months, zones)
def test_an_instant_lies_in_the_month_that_the_zone_shows(month: Month, zone: ZoneInfo) -> None:
    span = month_span(month, zone)

    assert month_of(span.start, zone) == month
    assert month_of(span.end - SECOND, zone) == month
    assert month_of(span.start - SECOND, zone) == month.next(-1)


@given(months, zones)
def test_the_days_of_a_month_make_up_the_month(month: Month, zone: ZoneInfo) -> None:
    last = month.next().first - timedelta(days=1)

    days = [span for _, span in days_until(last, last.day, zone)]

    assert joined(days) == [month_span(month, zone)]
    assert length(days) == length([month_span(month, zone)])


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param(date(2026, 3, 29), 23, id="the clocks go forward"),
        pytest.param(date(2026, 10, 25), 25, id="the clocks go back"),
        pytest.param(date(2026, 11, 27), 24, id="any other day"),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(day: date, hours: int) -> None:
    ((_, span),) = days_until(day, 1, ZoneInfo("Europe/Zurich"))

    assert span.end - span.start == timedelta(hours=hours)
