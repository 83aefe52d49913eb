"""Holidays out of iCalendar files as calendars of the world export them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidError
from runtime.calendars.ics import merged, read_holidays

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n"


def file_of(*events: str) -> str:
    return (
        HEAD
        + "".join(f"BEGIN:VEVENT\r\n{one}\r\nEND:VEVENT\r\n" for one in events)
        + "END:VCALENDAR\r\n"
    )


def test_all_day_events_become_days_with_names() -> None:
    text = file_of(
        "UID:1\r\nDTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\n"
        "SUMMARY:Christmas\\, both\r\n  days",
        "DTSTART;VALUE=DATE:20260501\r\nSUMMARY;LANGUAGE=en:Labour Day\r\nRRULE:FREQ=YEARLY",
    )

    assert read_holidays(text).days == (
        {"date": "2026-12-25", "name": "Christmas, both days"},
        {"date": "2026-12-26", "name": "Christmas, both days"},
        {"date": "2026-05-01", "name": "Labour Day", "yearly": True},
    )


def test_events_with_a_time_are_left_out_and_counted() -> None:
    found = read_holidays(
        file_of("DTSTART;VALUE=DATE:20261225", "DTSTART:20261224T180000Z\r\nSUMMARY:Party")
    )

    assert ([day["date"] for day in found.days], found.left_out) == (["2026-12-25"], 1)


def test_an_alarm_within_an_event_is_not_the_event() -> None:
    alarm = "BEGIN:VALARM\r\nSUMMARY:Wake up\r\nDTSTART;VALUE=DATE:20260101\r\nEND:VALARM"

    found = read_holidays(file_of(f"{alarm}\r\nDTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas"))

    assert found.days == ({"date": "2026-12-25", "name": "Christmas"},)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "no iCalendar file", id="empty"),
        pytest.param("%PDF-1.7", "no iCalendar file", id="another file"),
        pytest.param(file_of(), "no all-day events", id="no events"),
        pytest.param(file_of("DTSTART;VALUE=DATE:20261399"), "no all-day events", id="no date"),
        pytest.param(HEAD + "X" * 1_100_000, "larger than 1 MB", id="too large"),
    ],
)
def test_what_is_no_holidays_file_is_refused_with_words(text: str, words: str) -> None:
    with pytest.raises(InvalidError, match=words):
        read_holidays(text)


@given(st.text(alphabet="BEGIND:VTCAL\r\n;=0123456789 \\", max_size=200))
def test_no_file_makes_it_fall_over(text: str) -> None:
    with suppress(InvalidError):
        read_holidays(HEAD + text)


def test_a_day_that_is_there_already_stays_as_it_is() -> None:
    there = [{"date": "2026-12-25", "name": "Ours", "hours": [["08:00", "10:00"]]}]

    days = merged(there, ({"date": "2026-12-25", "name": "Theirs"}, {"date": "2026-05-01"}))

    assert days == [{"date": "2026-05-01"}, *there]
