"""Events of an iCalendar file (RFC 5545) as documents of windows. Pure.

Times, lengths, recurrence, times left out (EXDATE) and single times that were moved or cancelled
(RECURRENCE-ID) matter; the lines are read as for calendars' holidays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from kernel.zones import find_zone, instant_of, local_time, zone_names
from runtime.calendars.ics import events_of
from runtime.maintenance._tables import NAME_MAX
from runtime.maintenance.model import parse_window

SIZE_MAX_BYTES = 1024 * 1024
EVENTS_MAX = 500
_TIME = re.compile(r"(\d{8}T\d{6})(Z?)")
_DATE = re.compile(r"\d{8}")
_LENGTH = re.compile(
    r"P(?:(\d{1,3})W)?(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:\d+S)?)?"
)
_NOTHING = ("", "")

Lines = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of a file.

    Attributes:
        label: How a message names it: its number and what it is called.
        uid: What its calendar calls it, "" where it does not.
        part: Of a series, which time it stands for instead; None for the series itself.
        document: The window it makes, checked; None where it is cancelled or cannot be planned.
        problem: Why it cannot be planned, or what of it is left out.
    """

    label: str
    uid: str
    part: datetime | None
    is_cancelled: bool
    document: Mapping[str, Any] | None = None
    problem: str = ""

    @property
    def replaces(self) -> bool:
        """Tell whether its time of the series does not take place as the series says."""
        return self.part is not None and (self.is_cancelled or self.document is not None)


def read_events(content: bytes, *, zone: str, scope: Mapping[str, Any]) -> list[Event]:
    """Read a file's events, about one scope.

    Args:
        content: The file.
        zone: The zone of times that name none.
        scope: What all of its work is about.

    Raises:
        InvalidError: it is no iCalendar file, is larger than 1 MB, or has over 500 events.
    """
    text = content.decode("utf-8", errors="replace")
    if len(content) > SIZE_MAX_BYTES:
        raise _refused("the file is larger than 1 MB: export the planned work alone")
    if "BEGIN:VCALENDAR" not in text.upper():
        raise _refused("the file is no iCalendar file: choose one that ends in .ics")
    found: list[Lines] = list(events_of(text))
    if not 0 < len(found) <= EVENTS_MAX:
        raise _refused(f"the file has {len(found)} events: it needs 1 to {EVENTS_MAX}")
    usual = find_zone(zone) or ZoneInfo("UTC")
    return [_read(number, one, usual, scope) for number, one in enumerate(found, start=1)]


def _read(number: int, lines: Lines, usual: ZoneInfo, scope: Mapping[str, Any]) -> Event:
    label = f"event {number}, {_summary(lines)[:60]}"
    uid = lines.get("UID", _NOTHING)[1]
    is_cancelled = lines.get("STATUS", _NOTHING)[1].upper() == "CANCELLED"
    try:
        part = _part(lines, usual)
        document = None if is_cancelled else {**_document(lines, usual, part), "scope": scope}
        if document is not None:
            parse_window(document)
    except InvalidError as error:
        wrong = error.problems[0].message if error.problems else error.message
        return Event(label=label, uid=uid, part=None, is_cancelled=False, problem=wrong)
    return Event(
        label=label,
        uid=uid,
        part=part,
        is_cancelled=is_cancelled,
        document=document,
        problem="its RDATE is not read: plan those times apart" if "RDATE" in lines else "",
    )


def _part(lines: Lines, usual: ZoneInfo) -> datetime | None:
    """Give which time of its series an event stands for."""
    if "RECURRENCE-ID" not in lines:
        return None
    params, text = lines["RECURRENCE-ID"]
    if "THISANDFUTURE" in params:
        raise _refused("RECURRENCE-ID with RANGE is not read: export the two series apart")
    own = _zone_of(lines.get("DTSTART", _NOTHING)[0])
    part = _instant(text, _zone_of(params) or own or usual)
    if part is None:
        raise _refused("RECURRENCE-ID needs a time of day: which time of the series is moved")
    return part


def _document(lines: Lines, usual: ZoneInfo, part: datetime | None) -> dict[str, Any]:
    params, start_text = lines.get("DTSTART", _NOTHING)
    zone = _zone_of(params) or usual
    start = _instant(start_text, zone)
    if start is None:
        raise _refused("DTSTART needs a time of day: an all-day event is no window")
    end_params, end_text = lines.get("DTEND", _NOTHING)
    end = _instant(end_text, _zone_of(end_params) or zone)
    length = _LENGTH.fullmatch(lines.get("DURATION", _NOTHING)[1])
    if end is None and length is not None:
        weeks, days, hours, minutes = (int(one or 0) for one in length.groups())
        end = start + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    if end is None:
        raise _refused("DTEND or DURATION is missing: say when the work ends")
    return {
        "name": _summary(lines)[:NAME_MAX],
        "note": _plain(lines.get("DESCRIPTION", _NOTHING)[1])[:2_000],
        "zone": zone.key,
        "starts_at": format_instant(start),
        "ends_at": format_instant(end),
        "rrule": lines.get("RRULE", _NOTHING)[1] if part is None else "",
        "skipped": sorted({format_instant(one) for one in _left_out(lines, zone, start)}),
    }


def _left_out(lines: Lines, zone: ZoneInfo, start: datetime) -> Iterator[datetime]:
    """Yield the starts that EXDATE leaves out: each line by its own zone, a date by its day."""
    clock = local_time(start, zone).time()
    for name, (params, text) in lines.items():
        if name.partition("/")[0] != "EXDATE":
            continue
        for one in text.split(","):
            instant = _instant(one, _zone_of(params) or zone)
            if instant is not None:
                yield instant
            elif (day := _day(one)) is not None:
                yield instant_of(datetime.combine(day, clock), zone)


def _day(text: str) -> datetime | None:
    if not _DATE.fullmatch(text.strip()):
        return None
    try:
        return datetime.strptime(text.strip(), "%Y%m%d")  # noqa: DTZ007  a day on local clocks
    except ValueError:
        return None


def _zone_of(params: str) -> ZoneInfo | None:
    match = re.search(r"TZID=\"?([^;\":]+)", params, re.IGNORECASE)
    if match is None:
        return None
    return find_zone(_zones().get(match[1].upper(), match[1]))


@cache
def _zones() -> dict[str, str]:
    """Zones by their names in capitals, as parameters are read."""
    return {name.upper(): name for name in zone_names()}


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    match = _TIME.fullmatch(text.strip().upper())
    if match is None:
        return None
    try:
        local = datetime.strptime(match[1], "%Y%m%dT%H%M%S")  # noqa: DTZ007  a local time
        return local.replace(tzinfo=UTC) if match[2] else instant_of(local, zone)
    except (ValueError, OverflowError):
        return None


def _summary(lines: Lines) -> str:
    return _plain(lines.get("SUMMARY", _NOTHING)[1]).replace("\n", " ").strip() or "Planned work"


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda one: "\n" if one[1] in "nN" else one[1], text).replace("\0", "")


def _refused(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("/file", message)])
