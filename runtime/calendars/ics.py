"""Holidays out of an iCalendar file (RFC 5545): its all-day events, as a calendar's days.

Our own small reader: of a holidays' file only VEVENT, DTSTART, DTEND, SUMMARY and a yearly RRULE
matter. Events with a time of day are no holidays; they are counted and left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kernel.errors import InvalidError, Problem

SIZE_MAX_BYTES = 1024 * 1024
LENGTH_MAX = 60  # days of one event
NAME_MAX = 120
_LINE = re.compile(r"(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;[^:]*)?):(?P<value>.*)", re.DOTALL)
_DATE = re.compile(r"[0-9]{8}")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holidays:
    """What a file had: days as a calendar's document writes them, and how much was left out."""

    days: tuple[dict[str, Any], ...]
    left_out: int = 0


def read_holidays(text: str) -> Holidays:
    """Read the holidays of an iCalendar file.

    Raises:
        InvalidError: it is none, is larger than 1 MB, or has no all-day events.
    """
    if len(text.encode()) > SIZE_MAX_BYTES:
        raise _refused("the file is larger than 1 MB: export the holidays alone")
    if "BEGIN:VCALENDAR" not in text.upper():
        raise _refused("the file is no iCalendar file: choose one that ends in .ics")
    days: list[dict[str, Any]] = []
    left_out = 0
    for event in events_of(text):
        found = list(_days_of(event))
        days += found
        left_out += not found
    if not days:
        raise _refused("the file has no all-day events: holidays are events with a date, no time")
    return Holidays(days=tuple(days), left_out=left_out)


def merged(days: list[dict[str, Any]], added: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    """Put holidays to a calendar's days, in order; a day that is there already stays as it is."""
    there = {(day["date"], day.get("yearly", False)) for day in days}
    new: dict[tuple[str, bool], dict[str, Any]] = {}
    for day in added:
        key = (day["date"], day.get("yearly", False))
        if key not in there:
            new.setdefault(key, day)
    return sorted([*days, *new.values()], key=lambda day: str(day["date"]))


def events_of(text: str) -> Iterator[dict[str, tuple[str, str]]]:
    """Yield each event's lines by name, its parameters and value; long lines are put together.

    A line that comes again is there by its name and a number: `EXDATE`, then `EXDATE/2`.
    """
    event: dict[str, tuple[str, str]] | None = None
    seen: Counter[str] = Counter()
    depth = 0  # inside an event: of its alarms and the like, which are not its own lines
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        name, value = match["name"].upper(), match["value"]
        if name == "BEGIN":
            depth = depth + 1 if event is not None else 0
            if event is None and value.strip().upper() == "VEVENT":
                event, seen = {}, Counter()
        elif name == "END" and event is not None:
            if depth == 0:
                yield event
                event = None
            depth -= bool(depth)
        elif event is not None and depth == 0:
            seen[name] += 1
            key = name if seen[name] == 1 else f"{name}/{seen[name]}"
            event[key] = (match["params"].upper(), value.strip())


def _days_of(event: dict[str, tuple[str, str]]) -> Iterator[dict[str, Any]]:
    start = _date(event.get("DTSTART", ("", ""))[1])
    if start is None:
        return
    end = _date(event.get("DTEND", ("", ""))[1])
    length = (end - start).days if end is not None else 1
    name = _ESCAPED.sub(_plain, event.get("SUMMARY", ("", ""))[1]).strip()[:NAME_MAX]
    yearly = "FREQ=YEARLY" in event.get("RRULE", ("", ""))[1].upper()
    for number in range(min(max(length, 1), LENGTH_MAX)):
        day: dict[str, Any] = {"date": (start + timedelta(days=number)).isoformat()}
        yield {**day, "name": name, **({"yearly": True} if yearly else {})}


def _plain(escaped: re.Match[str]) -> str:
    return " " if escaped[1] in "nN" else escaped[1]


def _date(text: str) -> date | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _refused(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("/holidays", message)])
