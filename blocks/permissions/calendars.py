"""`ctx.calendars`: the tenant's business calendars."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Protocol

CalendarMoment = Literal["open", "close", "after"]


class Calendars(Protocol):
    """The tenant's business calendars, by name; needs the permission `calendars`.

    Each raises BlockError `calendars.unknown` when there is no such calendar, and
    `calendars.never` when what is asked for does not come within three years.
    """

    def next_open(self, calendar: str, at: datetime) -> datetime:
        """Return the first open instant from `at` on: `at` itself when it is open."""
        ...

    def next_close(self, calendar: str, at: datetime) -> datetime:
        """Return the next closing time after `at`; of the next opening when it is closed."""
        ...

    def add_open_time(self, calendar: str, at: datetime, seconds: float) -> datetime:
        """Return the instant by which so many open seconds have passed since `at`."""
        ...
