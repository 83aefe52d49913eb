"""Planned work out of an iCalendar file (RFC 5545): its events with a time, as windows.

The lines are read as for calendars' holidays; here times, lengths and recurrence matter. An event
that is read again changes the window that came of it, by its UID.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.zones import find_zone, instant_of, zone_names
from runtime.calendars.ics import events_of
from runtime.maintenance._tables import NAME_MAX, UID_MAX
from runtime.maintenance.windows import find_by_uid, plan_window, remove_window, save_window

SIZE_MAX_BYTES = 1024 * 1024
EVENTS_MAX = 500
PROBLEMS_MAX = 20
_TIME = re.compile(r"(\d{8}T\d{6})(Z?)")
_LENGTH = re.compile(
    r"P(?:(\d{1,3})W)?(?:(\d{1,3})D)?(?:T(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:\d+S)?)?"
)

Event = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a file; `problems` say which events were left out and why."""

    planned: int = 0
    changed: int = 0
    removed: int = 0
    problems: tuple[str, ...] = ()


def import_windows(  # noqa: PLR0913  what is read, for whom and when
    session: Session,
    tenant_id: UUID,
    content: bytes,
    *,
    zone: str,
    scope: Mapping[str, Any],
    by: str,
    now: datetime,
) -> Imported:
    """Plan what a file says, about one scope; an event that cannot be planned is told.

    Args:
        session: The transaction.
        tenant_id: Whose windows.
        content: The file.
        zone: The zone of times that name none.
        scope: What all of its work is about.
        by: Who imports it.
        now: When.

    Raises:
        InvalidError: it is no iCalendar file, is larger than 1 MB, or has over 500 events.
    """
    events = _events(content)
    counts = {"planned": 0, "changed": 0, "removed": 0}
    problems: list[str] = []
    for number, event in enumerate(events, start=1):
        try:
            done = _take(session, tenant_id, event, zone=zone, scope=scope, by=by, now=now)
        except (InvalidError, ConflictError) as error:
            wrong = getattr(error, "problems", ()) or (Problem("", error.message),)
            problems.append(f"event {number}, {_summary(event)[:60]}: {wrong[0].message}")
        else:
            if done:
                counts[done] += 1
    return Imported(**counts, problems=tuple(problems[:PROBLEMS_MAX]))


def _take(  # noqa: PLR0913  as above, for one event
    session: Session,
    tenant_id: UUID,
    event: Event,
    *,
    zone: str,
    scope: Mapping[str, Any],
    by: str,
    now: datetime,
) -> str:
    uid = event.get("UID", ("", ""))[1][:UID_MAX]
    there = find_by_uid(session, tenant_id, uid, now=now) if uid else None
    if event.get("STATUS", ("", ""))[1].upper() == "CANCELLED":
        if there is None:
            return ""
        remove_window(session, tenant_id, there.id, now=now)
        return "removed"
    document = {**_document(event, zone), "scope": dict(scope)}
    if there is None:
        plan_window(session, tenant_id, document=document, by=by, now=now, uid=uid)
        return "planned"
    save_window(
        session,
        tenant_id,
        there.id,
        document=document,
        expected_revision=there.revision,
        by=by,
        now=now,
    )
    return "changed"


def _events(content: bytes) -> list[Event]:
    text = content.decode("utf-8", errors="replace")
    if len(content) > SIZE_MAX_BYTES:
        raise _refused("the file is larger than 1 MB: export the planned work alone")
    if "BEGIN:VCALENDAR" not in text.upper():
        raise _refused("the file is no iCalendar file: choose one that ends in .ics")
    found: list[Event] = list(events_of(text))
    if not 0 < len(found) <= EVENTS_MAX:
        raise _refused(f"the file has {len(found)} events: it needs 1 to {EVENTS_MAX}")
    return found


def _document(event: Event, zone_name: str) -> dict[str, Any]:
    params, start_text = event.get("DTSTART", ("", ""))
    zone = _zone_of(params) or find_zone(zone_name) or ZoneInfo("UTC")
    start = _instant(start_text, zone)
    if start is None:
        raise _refused("DTSTART needs a time of day: an all-day event is no window")
    end = (
        _instant(event["DTEND"][1], _zone_of(event["DTEND"][0]) or zone)
        if "DTEND" in event
        else None
    )
    length = _LENGTH.fullmatch(event.get("DURATION", ("", ""))[1])
    if end is None and length is not None:
        weeks, days, hours, minutes = (int(part or 0) for part in length.groups())
        end = start + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    if end is None:
        raise _refused("DTEND or DURATION is missing: say when the work ends")
    skipped = [_instant(one, zone) for one in event.get("EXDATE", ("", ""))[1].split(",")]
    return {
        "name": _summary(event)[:NAME_MAX],
        "note": _plain(event.get("DESCRIPTION", ("", ""))[1])[:2_000],
        "zone": zone.key,
        "starts_at": format_instant(start),
        "ends_at": format_instant(end),
        "rrule": event.get("RRULE", ("", ""))[1],
        "skipped": [format_instant(one) for one in skipped if one is not None],
    }


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


def _summary(event: Event) -> str:
    return _plain(event.get("SUMMARY", ("", ""))[1]).replace("\n", " ").strip() or "Planned work"


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda one: "\n" if one[1] in "nN" else one[1], text).replace("\0", "")


def _refused(message: str) -> InvalidError:
    return InvalidError(message, problems=[Problem("/file", message)])
