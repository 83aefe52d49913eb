"""A calendar's document as the form shows it, and back: hours as text, days as rows.

Never fails on what was typed: text that is no hours stays as it is, and the check says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from kernel.errors import Problem
from runtime.calendars.model import WEEKDAYS

ROWS_MAX = 1_000
BLANK_ROWS = 3
_FROM_TO = re.compile(r"(\d{1,2}(?::\d{2})?)\s*(?:-|\u2013|to)\s*(\d{1,2}(?::\d{2})?)")
_SHORT = len("12-25")  # a yearly date without a year, as programs may write it
_PARTS = ("date", "name", "hours", "yearly")


class Submitted(Protocol):
    """A submitted form, as werkzeug's MultiDict is."""

    def get(self, key: str, default: str, /) -> str:
        """Return a control's value."""
        ...

    def __contains__(self, key: object, /) -> bool: ...


def document_of(form: Submitted) -> dict[str, Any]:
    """Read the form; rows without a date and a name are blank and left out."""
    return {
        "name": form.get("name", "").strip(),
        "timezone": form.get("timezone", ""),
        "week": {day: hours_of(form.get(f"week-{day}", "")) for day in WEEKDAYS},
        "days": list(_days_of(form)),
    }


def rows_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the rows of the days, and some blank ones to fill in."""
    days = [
        {
            "date": day["date"] if len(day["date"]) != _SHORT else f"2000-{day['date']}",
            "name": day.get("name", ""),
            "hours": hours_text(day.get("hours", [])),
            "yearly": day.get("yearly", False),
        }
        for day in document.get("days", [])
    ]
    blank = {"date": "", "name": "", "hours": "", "yearly": False}
    return [*days, *(dict(blank) for _ in range(BLANK_ROWS))]


def hours_of(text: str) -> list[list[str]]:
    """Read hours such as `8-12, 13:00-17:30`.

    >>> hours_of("8-12, 13:00-17:30"), hours_of(""), hours_of("all day")
    ([['08:00', '12:00'], ['13:00', '17:30']], [], [['all day', '']])
    """
    found: list[list[str]] = []
    for part in filter(None, (one.strip() for one in re.split(r"[,;]", text))):
        match = _FROM_TO.fullmatch(part)
        found.append([_time(match[1]), _time(match[2])] if match else [part, ""])
    return found


def hours_text(hours: Iterable[Iterable[str]]) -> str:
    """Write hours as the form takes them.

    >>> hours_text([["08:00", "12:00"], ["13:00", "17:30"]])
    '08:00-12:00, 13:00-17:30'
    """
    return ", ".join("-".join(filter(None, one)) for one in hours)


def wrong_by_field(problems: Iterable[Problem]) -> dict[str, str]:
    """Give the first thing wrong with each control, by the control's name."""
    found: dict[str, str] = {}
    for one in problems:
        parts = one.pointer.split("/")[1:]
        if parts and parts[0] in ("week", "days") and len(parts) > 1:
            field = "-".join(parts[:2])
        else:
            field = parts[0] if parts else ""
        found.setdefault(field, one.message)
    return found


def _days_of(form: Submitted) -> Iterable[dict[str, Any]]:
    for index in range(ROWS_MAX):
        if f"days-{index}-date" not in form:
            return
        date, name, hours, yearly = (form.get(f"days-{index}-{part}", "") for part in _PARTS)
        if f"days-{index}-remove" in form or not (date.strip() or name.strip()):
            continue
        day: dict[str, Any] = {"date": date.strip(), "name": name.strip()}
        if hours.strip():
            day["hours"] = hours_of(hours)
        yield {**day, **({"yearly": True} if yearly else {})}


def _time(text: str) -> str:
    hours, _, minutes = text.partition(":")
    return f"{int(hours):02}:{minutes or '00'}"
