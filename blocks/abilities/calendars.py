"""`ctx.calendars` in the host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from blocks.abilities.attempt import Attempt
from blocks.sdk import CalendarMoment


@dataclass(frozen=True, slots=True)
class CalendarsAbility:
    """`ctx.calendars`."""

    attempt: Attempt

    def next_open(self, calendar: str, at: datetime) -> datetime:
        """See `sdk.Calendars.next_open`."""
        return self._ask(calendar, "open", at)

    def next_close(self, calendar: str, at: datetime) -> datetime:
        """See `sdk.Calendars.next_close`."""
        return self._ask(calendar, "close", at)

    def add_open_time(self, calendar: str, at: datetime, seconds: float) -> datetime:
        """See `sdk.Calendars.add_open_time`."""
        return self._ask(calendar, "after", at, seconds)

    def _ask(
        self, calendar: str, what: CalendarMoment, at: datetime, open_s: float = 0.0
    ) -> datetime:
        self.attempt.permit("calendars")
        return self.attempt.services.calendar_moment(calendar, what, at, open_s)
