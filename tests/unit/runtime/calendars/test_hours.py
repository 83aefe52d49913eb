"""Open hours along the time line: against a scan of every minute, clock changes included."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.calendars.hours import (
    NeverError,
    add_open_time,
    is_open,
    next_close,
    next_closed,
    next_open,
)
from runtime.calendars.model import Calendar, parse_calendar
from tests.unit.runtime.calendars.strategies import (
    MINUTE,
    calendars,
    first,
    instants,
    minutes_from,
    scanned_open,
)

FOUR_DAYS = timedelta(days=4)
ALL_DAY = [["00:00", "24:00"]]


def office(**parts: Any) -> Calendar:
    week = {day: [["08:00", "12:00"], ["13:00", "17:00"]] for day in ("mon", "tue", "wed")}
    return parse_calendar({"name": "Office", "timezone": "Europe/Berlin", "week": week, **parts})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@settings(max_examples=60)
@given(calendars(), instants())
def test_the_next_opening_is_the_first_open_minute(calendar: Calendar, start: datetime) -> None:
    expected = first(start, lambda minute: scanned_open(calendar, minute))

    if expected is None:
        _nothing_within(lambda: next_open(calendar, start), start)
    else:
        assert next_open(calendar, start) == expected


@settings(max_examples=60)
@given(calendars(), instants())
def test_the_next_closed_moment_is_the_first_closed_minute(
    calendar: Calendar, start: datetime
) -> None:
    expected = first(start, lambda minute: not scanned_open(calendar, minute))

    if expected is None:
        _nothing_within(lambda: next_closed(calendar, start), start)
    else:
        assert next_closed(calendar, start) == expected


@settings(max_examples=60)
@given(calendars(), instants(), st.integers(1, 1_500))
def test_open_time_is_as_many_open_minutes(
    calendar: Calendar, start: datetime, minutes: int
) -> None:
    opened = [one for one in minutes_from(start, 4) if scanned_open(calendar, one)]

    if len(opened) < minutes:
        _nothing_within(lambda: add_open_time(calendar, start, minutes * 60), start)
    else:
        assert add_open_time(calendar, start, minutes * 60) == opened[minutes - 1] + MINUTE


@settings(max_examples=60)
@given(calendars(), instants(), st.integers(1, 40_000), st.integers(1, 40_000))
def test_open_time_can_be_added_in_parts(
    calendar: Calendar, start: datetime, one: int, other: int
) -> None:
    try:
        whole = add_open_time(calendar, start, one + other)
    except NeverError:
        return

    assert add_open_time(calendar, add_open_time(calendar, start, one), other) == whole


def _nothing_within(ask: Any, start: datetime) -> None:
    with suppress(NeverError):
        assert ask() >= start + FOUR_DAYS


def test_a_lunch_break_is_closed_and_ends_are_exclusive() -> None:
    calendar = office()

    states = [is_open(calendar, at(f"2026-11-23 {one}")) for one in ("10:59", "11:00", "12:00")]

    assert states == [True, False, True]


def test_an_hour_that_comes_twice_is_open_twice() -> None:
    calendar = office(week={"sun": [["02:00", "03:00"]]})

    ends = add_open_time(calendar, at("2026-10-24 12:00"), 2 * 3_600)

    assert ends == at("2026-10-25 02:00")


def test_an_hour_that_the_clocks_jump_over_does_not_open() -> None:
    calendar = office(week={"sun": [["02:00", "03:00"]]})

    assert next_open(calendar, at("2026-03-28 12:00")) == at("2026-04-05 00:00")


def test_midnight_does_not_close_what_goes_on_the_next_day() -> None:
    calendar = office(week={"mon": [["22:00", "24:00"]], "tue": [["00:00", "06:00"]]})

    assert next_close(calendar, at("2026-11-23 21:30")) == at("2026-11-24 05:00")


def test_the_closing_asked_for_while_closed_is_that_of_the_next_opening() -> None:
    assert next_close(office(), at("2026-11-26 12:00")) == at("2026-11-30 11:00")


def test_a_date_wins_over_a_yearly_day_and_that_over_the_week() -> None:
    days = [
        {"date": "2025-11-23", "yearly": True},
        {"date": "2027-11-23", "hours": [["10:00", "11:00"]]},
    ]
    calendar = office(week={"mon": ALL_DAY, "tue": ALL_DAY}, days=days)

    opened = [is_open(calendar, at(f"{year}-11-23 09:30")) for year in (2026, 2027)]

    assert opened == [False, True]
    assert not is_open(calendar, at("2027-11-23 12:00"))


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        pytest.param(lambda one: next_open(one, at("2026-01-01 00:00")), "never opens", id="open"),
        pytest.param(
            lambda one: add_open_time(one, at("2026-01-01 00:00"), 1), "too few", id="open time"
        ),
    ],
)
def test_a_calendar_without_hours_says_so_rather_than_searching_for_ever(
    ask: Any, message: str
) -> None:
    with pytest.raises(NeverError, match=message):
        ask(office(week={}))


def test_a_calendar_that_never_closes_says_so() -> None:
    always = office(week=dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), ALL_DAY))

    with pytest.raises(NeverError, match="never closes"):
        next_close(always, at("2026-01-01 00:00"))


def test_no_open_time_is_over_at_once_even_when_closed() -> None:
    assert add_open_time(office(), at("2026-11-28 12:00"), 0) == at("2026-11-28 12:00")
