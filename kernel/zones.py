"""Time zones: from local times to instants by one stated rule, and where the clocks change.

A local time that comes twice is taken the first time. One that never comes is moved to the moment
the clocks are put forward, so that nothing planned for it is lost and nothing happens twice.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_ODD = ("Etc/", "SystemV/", "US/", "Brazil/", "Canada/", "Chile/", "Mexico/")


def find_zone(name: str) -> ZoneInfo | None:
    """Give the time zone of that name; None when it is not known.

    >>> find_zone("Europe/Berlin"), find_zone("Mars/Olympus"), find_zone("../passwd")
    (zoneinfo.ZoneInfo(key='Europe/Berlin'), None, None)
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no path inside the database, a folder of it
        return None


@cache
def zone_names() -> tuple[str, ...]:
    """List the time zones to choose from: UTC, then cities by continent."""
    known = (name for name in zoneinfo.available_timezones() if "/" in name)
    return ("UTC", *sorted(name for name in known if not name.startswith(_ODD)))


def local_time(instant: datetime, zone: ZoneInfo) -> datetime:
    """Give what the clocks of a zone show at an instant, without a zone."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def instant_of(local: datetime, zone: ZoneInfo) -> datetime:
    """Give the instant of a local time, by the rule above.

    Raises:
        ValueError: it lies at the very edge of the years 1 to 9999.

    >>> instant_of(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T01:00:00+00:00'
    >>> instant_of(datetime(2026, 10, 25, 2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-10-25T00:30:00+00:00'
    """
    try:
        found = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if local_time(found, zone) == local:
            return found
    except OverflowError:
        raise ValueError("an instant lies in the years 1 to 9999") from None
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)  # PEP 495: in a gap, too early
    return clock_change(before, found, zone)


def clock_change(start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """Give when the zone's offset changes after `start`, to the second; `end` if it does not.

    Args:
        start: An instant, UTC.
        end: A later one; between the two the clocks change once at most.
        zone: Whose clocks.
    """
    offset = start.astimezone(zone).utcoffset()
    if end.astimezone(zone).utcoffset() == offset:
        return end
    base = start.replace(microsecond=0)
    same, other = 0, int((end - base).total_seconds()) + 1
    while other - same > 1:
        middle = (same + other) // 2
        if (base + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            same = middle
        else:
            other = middle
    return min(base + timedelta(seconds=other), end)
