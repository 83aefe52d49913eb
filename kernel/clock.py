"""Instants: always aware, always UTC inside Garland."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Give the present instant; only edges call it, services take `now`."""
    return datetime.now(UTC)


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 instant.

    Raises:
        ValueError: when it is not one, carries no time zone, or lies outside the years 1 to 9999.

    >>> parse_instant("2026-11-24T12:00:00+01:00").isoformat()
    '2026-11-24T11:00:00+00:00'
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone, such as a closing Z")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant lies in the years 1 to 9999") from None


def format_instant(instant: datetime) -> str:
    """Write an instant as RFC 3339 in UTC with milliseconds.

    >>> format_instant(datetime(2026, 11, 24, 12, tzinfo=UTC))
    '2026-11-24T12:00:00.000Z'
    """
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
