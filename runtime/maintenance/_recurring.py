"""The only user of dateutil: when a recurrence rule (RFC 5545, 3.3.10) comes, in local times.

Only what planned work needs is read, and every question is bounded: a rule is never followed for
longer than asked.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from kernel.zones import local_time

COUNT_MAX = 1_000
LEAP_GAP = timedelta(days=366 * 8)  # the longest pause between two 29ths of February
NEVER = "never comes: change its days or its end"
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_MONTH = r"(?:[1-9]|1[0-2])"
_DATE = r"-?(?:[1-9]|[12]\d|3[01])"
_DAY = r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)"
_PARTS = {
    "FREQ": re.compile("|".join(_FREQUENCIES)),
    "INTERVAL": re.compile(r"[1-9]\d{0,2}"),
    "COUNT": re.compile(r"[1-9]\d{0,3}"),
    "UNTIL": re.compile(r"\d{8}(?:T\d{6}Z?)?"),
    "BYDAY": re.compile(rf"{_DAY}(?:,{_DAY})*"),
    "BYMONTHDAY": re.compile(rf"{_DATE}(?:,{_DATE})*"),
    "BYMONTH": re.compile(rf"{_MONTH}(?:,{_MONTH})*"),
    "BYSETPOS": re.compile(r"-?[1-9]\d?(?:,-?[1-9]\d?)*"),
    "WKST": re.compile(r"MO|TU|WE|TH|FR|SA|SU"),
}


def rule_problem(text: str, start: datetime, zone: ZoneInfo) -> str:
    """Say what is wrong with a rule that first comes at a local time; "" when nothing is."""
    if wrong := _problem(_parts(text)):
        return wrong
    if _never_comes(dict(_parts(text))):
        return NEVER
    try:
        first = next(starts(text, start, start + LEAP_GAP, zone), None)
    except (ValueError, OverflowError) as error:
        return f"cannot be followed: {error}"
    return "" if first is not None else NEVER


def _problem(parts: Sequence[tuple[str, str]]) -> str:
    names = [name for name, _ in parts]
    if "FREQ" not in names or len(set(names)) < len(names):
        return "needs FREQ once, such as FREQ=WEEKLY;BYDAY=SU"
    for name, value in parts:
        if name not in _PARTS:
            return f"{name[:20]} is not read: use {', '.join(_PARTS)}"
        if not _PARTS[name].fullmatch(value):
            return f"{name}={value[:20]} is not read: {_REMEDIES.get(name, 'see RFC 5545')}"
    if "COUNT" in names and "UNTIL" in names:
        return "has both COUNT and UNTIL: keep one"
    is_endless = int(dict(parts).get("COUNT", "1")) > COUNT_MAX
    return f"comes more than {COUNT_MAX} times: use UNTIL" if is_endless else ""


def _never_comes(parts: Mapping[str, str]) -> bool:
    """Tell the rules that dateutil would follow to the year 9999, day by day, and find nothing."""
    dates = [abs(int(one)) for one in parts.get("BYMONTHDAY", "1").split(",")]
    months = [int(one) for one in parts.get("BYMONTH", "1").split(",")]
    places = {abs(int(one)) for one in parts.get("BYSETPOS", "1").split(",")}
    is_too_late = min(dates) > max(monthrange(_LEAP_YEAR, one)[1] for one in months)
    return is_too_late or (parts["FREQ"] == "DAILY" and 1 not in places)


_LEAP_YEAR = 2024
_REMEDIES = {
    "FREQ": f"use {', '.join(_FREQUENCIES)}",
    "BYDAY": "write days such as MO,WE or 1SU",
    "BYMONTH": "write months from 1 to 12",
    "BYMONTHDAY": "write days from 1 to 31, or -1 for a month's last",
    "UNTIL": "write a date such as 20271231 or 20271231T235959Z",
}


def starts(text: str, start: datetime, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the local times a checked rule comes at, from `start` to before `until`."""
    parts = dict(_parts(text))
    said = parts.pop("UNTIL", "")
    end = min(until, _until(said, zone)) if said else until
    if "COUNT" not in parts:
        parts["UNTIL"] = end.strftime("%Y%m%dT%H%M%S")
    rule = rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=start)
    return takewhile(lambda one: one <= end and one < until, iter(rule))


def last_start(text: str, start: datetime, zone: ZoneInfo) -> datetime | None:
    """Give the last local time of a checked rule; None where it comes for ever."""
    parts = dict(_parts(text))
    if "COUNT" not in parts and "UNTIL" not in parts:
        return None
    last = start
    for one in starts(text, start, start + LEAP_GAP * 12, zone):
        last = one
    return last


def _parts(text: str) -> list[tuple[str, str]]:
    found = (part.partition("=") for part in text.strip().upper().split(";") if part.strip())
    return [(name.strip(), value.strip()) for name, _, value in found]


def _until(text: str, zone: ZoneInfo) -> datetime:
    """Read UNTIL as a local time; a date alone takes the whole day in."""
    if "T" not in text:
        return datetime.strptime(text, "%Y%m%d") + timedelta(days=1, seconds=-1)  # noqa: DTZ007
    local = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007  local time
    return local_time(local.replace(tzinfo=UTC), zone) if text.endswith("Z") else local
