"""How long an alarm is shelved, as the form asks: pure words to an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from kernel.errors import InvalidError, Problem

CHOICES = (
    ("1h", "1 hour"),
    ("4h", "4 hours"),
    ("day", "Until the end of today (UTC)"),
    ("date", "Until the end of the day below (UTC)"),
)


def shelf_end(choice: str, day: str, *, now: datetime) -> datetime:
    """Give when the shelf ends that somebody chose.

    Raises:
        InvalidError: no such choice, or no such day.

    >>> shelf_end("date", "2026-12-24", now=datetime(2026, 11, 24, 12, tzinfo=UTC)).isoformat()
    '2026-12-25T00:00:00+00:00'
    """
    match choice:
        case "1h":
            return now + timedelta(hours=1)
        case "4h":
            return now + timedelta(hours=4)
        case "day":
            return _end_of(now.astimezone(UTC).date())
        case "date":
            try:
                return _end_of(date.fromisoformat(day))
            except (ValueError, OverflowError):
                message = "day: choose the day at whose end the alarm comes back"
                raise InvalidError(message, problems=[Problem("/day", message)]) from None
        case _:
            message = "for: choose how long the alarm is shelved"
            raise InvalidError(message, problems=[Problem("/for", message)])


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
