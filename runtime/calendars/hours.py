"""Open or closed, and how long: a calendar along the time line, daylight saving included.

Pure. A moment is open when the clocks on the wall of the calendar's zone lie within that date's
hours. So an hour that comes twice is open twice, and hours the clocks jump over are not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Literal, NamedTuple

from kernel.errors import GarlandError
from kernel.zones import clock_change, local_time
from runtime.calendars.model import DAY_MIN, Calendar

SEARCH_DAYS = 1_100  # three years: what comes every year has come by then
_DAY = timedelta(days=1)


class NeverError(GarlandError):
    """What was looked for does not come within three years."""

    code = "calendars.never"
    status = 422


class Span(NamedTuple):
    """A stretch of time that is all open or all closed; the end is exclusive."""

    start: datetime
    end: datetime
    is_open: bool


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Tell whether the calendar is open at an instant."""
    local = local_time(at, calendar.zone)
    minute = local.hour * 60 + local.minute
    return any(one.start <= minute < one.end for one in calendar.hours_on(local.date()))


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """Give the first open instant from `at` on: `at` itself when it is open.

    Raises:
        NeverError: it does not open within three years.
    """
    for span in _spans(calendar, at):
        if span.is_open:
            return span.start
    raise NeverError(f"{calendar.name} never opens: give it hours", calendar=calendar.name)


def next_closed(calendar: Calendar, at: datetime) -> datetime:
    """Give the first closed instant from `at` on: `at` itself when it is closed.

    Raises:
        NeverError: it does not close within three years.
    """
    for span in _spans(calendar, at):
        if not span.is_open:
            return span.start
    raise NeverError(f"{calendar.name} never closes", calendar=calendar.name)


def next_close(calendar: Calendar, at: datetime) -> datetime:
    """Give the next closing time after an instant; of the next opening when it is closed.

    Raises:
        NeverError: it does not open, or does not close, within three years.
    """
    return next_closed(calendar, next_open(calendar, at))


def add_open_time(calendar: Calendar, at: datetime, seconds: float) -> datetime:
    """Give the instant until which, from `at` on, so many open seconds have passed.

    Args:
        calendar: Whose hours count.
        at: Where counting begins.
        seconds: Real seconds, >= 0; 0 gives `at`.

    Raises:
        NeverError: so many do not come within three years.
    """
    left = timedelta(seconds=seconds)
    if not left:
        return at.astimezone(UTC)
    for span in _spans(calendar, at):
        length = span.end - span.start
        if span.is_open and length >= left:
            return span.start + left
        if span.is_open:
            left -= length
    raise NeverError(
        f"{calendar.name} has too few open hours in three years: wait for less, or give it more",
        calendar=calendar.name,
    )


def moment_in(
    calendar: Calendar, what: Literal["open", "close", "after"], at: datetime, open_s: float
) -> datetime:
    """Give the next opening, the next closing, or when so many open seconds have passed.

    Raises:
        NeverError: that does not come within three years.
    """
    if what == "after":
        return add_open_time(calendar, at, open_s)
    return next_open(calendar, at) if what == "open" else next_close(calendar, at)


def open_spans(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Span]:
    """Yield when it is open between two instants, at most three years apart."""
    for span in _spans(calendar, start):
        if span.start >= end:
            return
        if span.is_open:
            yield Span(span.start, min(span.end, end), True)


def _spans(calendar: Calendar, at: datetime) -> Iterator[Span]:
    """Walk on from an instant: hours' edges, midnights, and where the clocks change."""
    here = at.astimezone(UTC)
    last = here + SEARCH_DAYS * _DAY
    while here < last:
        local = local_time(here, calendar.zone)
        there = clock_change(here, here + (_next_edge(calendar, local) - local), calendar.zone)
        yield Span(here, there, is_open(calendar, here))
        here = there


def _next_edge(calendar: Calendar, local: datetime) -> datetime:
    """Give the next local time at which hours begin or end, or the day does."""
    midnight = datetime.combine(local.date(), time())
    edges = {edge for one in calendar.hours_on(local.date()) for edge in one} | {DAY_MIN}
    return next(
        edge for minutes in sorted(edges) if (edge := midnight + timedelta(minutes=minutes)) > local
    )
