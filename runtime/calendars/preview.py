"""The days ahead of a calendar, as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kernel.zones import local_time
from runtime.calendars.hours import NeverError, is_open, next_close, next_open
from runtime.calendars.model import Calendar, Hours, time_text

DAYS_AHEAD = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAhead:
    """One date: its hours, and what makes it different from its weekday."""

    date: date
    hours: tuple[Hours, ...]
    exception: str

    @property
    def text(self) -> str:
        """Its hours in words."""
        shown = (f"{time_text(one.start)}-{time_text(one.end)}" for one in self.hours)
        return ", ".join(shown) or "Closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """Whether a calendar is open, and when that changes; None when it never does."""

    is_open: bool
    changes_at: datetime | None


def days_ahead(calendar: Calendar, *, now: datetime, count: int = DAYS_AHEAD) -> list[DayAhead]:
    """List the dates from today on."""
    today = local_time(now, calendar.zone).date()
    found: list[DayAhead] = []
    for number in range(count):
        on = today + timedelta(days=number)
        exception = calendar.exception_on(on)
        name = (exception.name or "Different hours") if exception is not None else ""
        found.append(DayAhead(date=on, hours=calendar.hours_on(on), exception=name))
    return found


def state_at(calendar: Calendar, *, now: datetime) -> Now:
    """Tell whether it is open, and when it closes or opens next."""
    opened = is_open(calendar, now)
    try:
        changes_at = next_close(calendar, now) if opened else next_open(calendar, now)
    except NeverError:
        changes_at = None
    return Now(is_open=opened, changes_at=changes_at)
