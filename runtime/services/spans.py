"""Stretches of time: joined, cut, taken from each other and measured; months and days of a zone.

Pure. A span's start belongs to it, its end does not. Every answer is sorted, and its spans
neither overlap nor touch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from typing_extensions import override

from kernel.zones import instant_of

_DAY = timedelta(days=1)
_MONTHS = 12


class Span(NamedTuple):
    """From an instant to before another; both UTC."""

    start: datetime
    end: datetime


class Month(NamedTuple):
    """A month of a calendar, in nobody's zone yet."""

    year: int
    number: int

    def next(self, steps: int = 1) -> Month:
        """Give the month so many later, or earlier."""
        years, number = divmod(self.number - 1 + steps, _MONTHS)
        return Month(self.year + years, number + 1)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @override
    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


def joined(spans: Iterable[Span]) -> list[Span]:
    """Join what overlaps or touches; empty spans are left out."""
    found: list[Span] = []
    for one in sorted(one for one in spans if one.start < one.end):
        if found and one.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def common(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Give what lies in both. O(n log n)."""
    left, right = joined(spans), joined(others)
    found: list[Span] = []
    here = there = 0
    while here < len(left) and there < len(right):
        one, other = left[here], right[there]
        found.append(Span(max(one.start, other.start), min(one.end, other.end)))
        if one.end <= other.end:
            here += 1
        else:
            there += 1
    return joined(found)


def without(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Give what lies in the first and not in the second. O(n log n)."""
    taken = joined(others)
    found: list[Span] = []
    number = 0
    for one in joined(spans):
        start = one.start
        while number < len(taken) and taken[number].end <= start:
            number += 1
        for other in _until(taken, number, one.end):
            found.append(Span(start, max(start, other.start)))
            start = max(start, other.end)
        found.append(Span(start, one.end))
    return joined(found)


def _until(taken: Sequence[Span], number: int, end: datetime) -> Iterator[Span]:
    while number < len(taken) and taken[number].start < end:
        yield taken[number]
        number += 1


def length(spans: Iterable[Span]) -> timedelta:
    """Measure spans that do not overlap."""
    return sum((one.end - one.start for one in spans), timedelta(0))


def month_of(at: datetime, zone: ZoneInfo) -> Month:
    """Give the month that the zone's calendars show at an instant."""
    local = at.astimezone(zone)
    return Month(local.year, local.month)


def month_span(month: Month, zone: ZoneInfo) -> Span:
    """Give a month of a zone, midnight to midnight; the clocks' changes make it longer or shorter.

    >>> month_span(Month(2026, 3), ZoneInfo("Europe/Berlin")).end.isoformat()
    '2026-03-31T22:00:00+00:00'
    """
    return Span(_midnight(month.first, zone), _midnight(month.next().first, zone))


def days_until(last: date, count: int, zone: ZoneInfo) -> list[tuple[date, Span]]:
    """Give so many days of a zone, the last of them at the end; one has 23 hours, one 25."""
    days = [last - back * _DAY for back in reversed(range(count))]
    return [(day, Span(_midnight(day, zone), _midnight(day + _DAY, zone))) for day in days]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant_of(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001  local time
