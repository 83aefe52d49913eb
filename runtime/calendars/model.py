"""A business calendar as a document and as values: weekly hours, and days that are different.

Pure. Hours are local times of the calendar's zone, from the first minute to before the last;
"24:00" is the end of a day. A day's exception replaces its weekday's hours; one with a year wins
over one that comes every year.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from kernel.errors import InvalidError, Problem
from kernel.schema import Schema
from kernel.zones import find_zone

NAME_MAX = 80
WEEKDAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
DAYS_MAX = 1_000
DAY_MIN = 24 * 60
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_LEAP_YEAR = 2000  # so that a yearly 29 February is a date

_HOURS: dict[str, Any] = {
    "type": "array",
    "maxItems": 12,
    "items": {
        "type": "array",
        "items": {"type": "string", "maxLength": 40},
        "minItems": 2,
        "maxItems": 2,
    },
}
CALENDAR_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/calendar",
    "title": "Business calendar",
    "type": "object",
    "required": ["name", "timezone", "week"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": NAME_MAX},
        "timezone": {"type": "string", "minLength": 1, "maxLength": 64},
        "week": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(WEEKDAYS, _HOURS),
        },
        "days": {
            "type": "array",
            "maxItems": DAYS_MAX,
            "items": {
                "type": "object",
                "required": ["date"],
                "additionalProperties": False,
                "properties": {
                    "date": {"type": "string", "maxLength": 10},
                    "yearly": {"type": "boolean"},
                    "name": {"type": "string", "maxLength": 120},
                    "hours": _HOURS,
                },
            },
        },
    },
}


class Hours(NamedTuple):
    """One opening of a day: minutes since its midnight, the end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date with hours of its own; none for a day that is closed."""

    date: date
    yearly: bool = False
    name: str = ""
    hours: tuple[Hours, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When an organisation is open.

    Attributes:
        week: Hours of each weekday, Monday first.
        days: Exceptions by date; `yearly` has those that come every year by (month, day).
    """

    name: str
    zone: ZoneInfo
    week: tuple[tuple[Hours, ...], ...]
    days: Mapping[date, Day] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], Day] = field(default_factory=dict)

    def exception_on(self, on: date) -> Day | None:
        """Give what makes a date different from its weekday."""
        return self.days.get(on) or self.yearly.get((on.month, on.day))

    def hours_on(self, on: date) -> tuple[Hours, ...]:
        """Give the hours of a date, in order."""
        exception = self.exception_on(on)
        return exception.hours if exception is not None else self.week[on.weekday()]


def parse_calendar(document: Any) -> Calendar:
    """Read a calendar's document.

    Raises:
        InvalidError: with a problem for each field that cannot be read.
    """
    problems = calendar_problems(document)
    if problems:
        raise InvalidError(f"this is no calendar: {problems[0].message}", problems=problems)
    days = [_day(one) for one in document.get("days", [])]
    return Calendar(
        name=document["name"].strip(),
        zone=ZoneInfo(document["timezone"]),
        week=tuple(_hours(document["week"].get(weekday, [])) for weekday in WEEKDAYS),
        days={one.date: one for one in days if not one.yearly},
        yearly={(one.date.month, one.date.day): one for one in days if one.yearly},
    )


def calendar_problems(document: Any) -> list[Problem]:
    """List what keeps a document from being a calendar; for any JSON value."""
    shape = _schema().problems(document)
    if shape:
        return shape
    return [
        *_name_problems(document["name"]),
        *_zone_problems(document["timezone"]),
        *(
            problem
            for weekday, hours in document["week"].items()
            for problem in _hours_problems(hours, f"/week/{weekday}", WEEKDAYS[weekday])
        ),
        *_days_problems(document.get("days", [])),
    ]


def minutes_of(text: str) -> int:
    """Give a local time as minutes since midnight.

    >>> minutes_of("08:30"), minutes_of("24:00")
    (510, 1440)
    """
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def time_text(minutes: int) -> str:
    """Write minutes since midnight as a local time.

    >>> time_text(510)
    '08:30'
    """
    return f"{minutes // 60:02}:{minutes % 60:02}"


@cache
def _schema() -> Schema:
    return Schema(CALENDAR_SCHEMA)


def _hours(found: Iterable[Iterable[str]]) -> tuple[Hours, ...]:
    return tuple(sorted(Hours(*(minutes_of(end) for end in one)) for one in found))


def _day(document: Mapping[str, Any]) -> Day:
    yearly = document.get("yearly", False)
    return Day(
        date=read_date(document["date"], yearly=yearly),
        yearly=yearly,
        name=document.get("name", ""),
        hours=_hours(document.get("hours", [])),
    )


def read_date(text: str, *, yearly: bool) -> date:
    """Read a date; a yearly one may leave its year out.

    Raises:
        ValueError: it is none.

    >>> read_date("12-25", yearly=True), read_date("2026-12-25", yearly=False)
    (datetime.date(2000, 12, 25), datetime.date(2026, 12, 25))
    """
    short = yearly and re.fullmatch(r"[0-9]{2}-[0-9]{2}", text)
    whole = f"{_LEAP_YEAR}-{text}" if short else text
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", whole):
        raise ValueError(text)
    return date.fromisoformat(whole)


def _name_problems(name: str) -> Iterable[Problem]:
    if not name.strip():
        yield Problem("/name", "name must not be empty: give the calendar a name")
    if name.strip().startswith("="):
        yield Problem("/name", "name must not begin with =: that is how expressions begin")


def _zone_problems(name: str) -> Iterable[Problem]:
    if find_zone(name) is None:
        message = f"time zone {name} is not known: write one such as Europe/Berlin"
        yield Problem("/timezone", message)


def _hours_problems(hours: Iterable[list[str]], pointer: str, title: str) -> Iterable[Problem]:
    read: list[Hours] = []
    for index, (start, end) in enumerate(hours):
        where = f"{pointer}/{index}"
        wrong = next((one for one in (start, end) if not _TIME.fullmatch(one)), None)
        if wrong is not None:
            yield Problem(
                where, f"{title}: {wrong or 'no time'}: write times such as 08:00 or 24:00"
            )
        elif minutes_of(start) >= minutes_of(end):
            message = (
                f"{title}: {start}-{end} ends before it begins: hours over midnight are written "
                f"as {start}-24:00 and, on the next day, 00:00-{end}"
            )
            yield Problem(where, message)
        else:
            read.append(Hours(minutes_of(start), minutes_of(end)))
    read.sort()
    for one, other in pairwise(read):
        if other.start < one.end:
            shown = f"{time_text(one.start)}-{time_text(one.end)}"
            also = f"{time_text(other.start)}-{time_text(other.end)}"
            yield Problem(pointer, f"{title}: {shown} and {also} overlap: make them one")


def _days_problems(days: Iterable[Mapping[str, Any]]) -> Iterable[Problem]:
    seen: set[tuple[bool, date]] = set()
    for index, day in enumerate(days):
        pointer, text = f"/days/{index}", day["date"]
        try:
            found = read_date(text, yearly=day.get("yearly", False))
        except ValueError:
            message = f"day {text or 'without a date'}: write the date as 2026-12-25"
            yield Problem(f"{pointer}/date", message)
            continue
        yearly = day.get("yearly", False)
        key = (yearly, found.replace(year=_LEAP_YEAR) if yearly else found)
        if key in seen:
            yield Problem(f"{pointer}/date", f"day {text} is there twice: keep one of them")
        seen.add(key)
        yield from _hours_problems(day.get("hours", []), f"{pointer}/hours", f"day {text}")
