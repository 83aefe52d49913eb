"""Random calendars, and what a scan of every minute says about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from kernel.zones import local_time
from runtime.calendars.model import WEEKDAYS, Calendar, parse_calendar, time_text

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago")
MINUTE = timedelta(minutes=1)
# Moments around which clocks change in one of the zones, and an ordinary one.
AROUND = (
    datetime(2026, 3, 28, 12, tzinfo=UTC),
    datetime(2026, 10, 24, 12, tzinfo=UTC),
    datetime(2026, 3, 7, 20, tzinfo=UTC),
    datetime(2026, 10, 31, 20, tzinfo=UTC),
    datetime(2026, 4, 4, 6, tzinfo=UTC),
    datetime(2026, 10, 3, 6, tzinfo=UTC),
    datetime(2026, 9, 5, 20, tzinfo=UTC),
    datetime(2026, 6, 16, 9, tzinfo=UTC),
)


@st.composite
def hours(draw: st.DrawFn) -> list[list[str]]:
    """Up to three openings of a day, in order, sometimes back to back."""
    edges = sorted(draw(st.lists(st.integers(0, 1_440), min_size=0, max_size=6, unique=True)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    return [[time_text(start), time_text(end)] for start, end in pairs]


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """A calendar in one of the zones, with some days of its own."""
    days = draw(
        st.lists(
            st.tuples(st.sampled_from(AROUND), st.integers(0, 2), hours(), st.booleans()),
            max_size=4,
            unique_by=lambda one: (one[0], one[1]),
        )
    )
    written: dict[tuple[str, bool], dict[str, Any]] = {}
    for at, shift, open_at, yearly in days:
        date = (at + timedelta(days=shift)).date().isoformat()
        written[(date, yearly)] = {"date": date, "hours": open_at, "yearly": yearly}
    return parse_calendar(
        {
            "name": "Hours",
            "timezone": draw(st.sampled_from(ZONES)),
            "week": {day: draw(hours()) for day in WEEKDAYS},
            "days": list(written.values()),
        }
    )


@st.composite
def instants(draw: st.DrawFn) -> datetime:
    """A whole minute near one of the moments above."""
    return draw(st.sampled_from(AROUND)) + MINUTE * draw(st.integers(0, 2 * 1_440))


def scanned_open(calendar: Calendar, at: datetime) -> bool:
    """Tell by the clocks on the wall whether it is open, in the plainest way."""
    local = local_time(at, calendar.zone)
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in calendar.hours_on(local.date()))


def minutes_from(at: datetime, days: float) -> Iterator[datetime]:
    """Give each minute from an instant on."""
    for number in range(int(days * 1_440)):
        yield at + MINUTE * number


def first(at: datetime, fits: Callable[[datetime], bool], *, days: float = 4) -> datetime | None:
    """Give the first minute that fits, None when none does within some days."""
    return next((minute for minute in minutes_from(at, days) if fits(minute)), None)
