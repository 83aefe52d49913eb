"""A planned maintenance as a file that calendars take (iCalendar, RFC 5545). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

LINE_OCTETS = 75
"""As long as a line may be before it is folded (3.1)."""
_ESCAPED = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event: `uid` stays the same and `sequence` grows as it is changed."""

    uid: str
    sequence: int
    title: str
    text: str
    link: str
    starts: datetime
    ends: datetime
    changed_at: datetime
    is_cancelled: bool = False


def write_calendar(entry: Entry, *, product: str) -> str:
    """Write a calendar of one event; `product` is what writes it (PRODID)."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{escaped(product)}//Announcements//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{entry.uid}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{_instant(entry.changed_at)}",
        f"DTSTART:{_instant(entry.starts)}",
        f"DTEND:{_instant(entry.ends)}",
        f"SUMMARY:{escaped(entry.title)}",
        f"DESCRIPTION:{escaped(entry.text)}",
        f"URL:{entry.link}",
        "STATUS:CANCELLED" if entry.is_cancelled else "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def escaped(text: str) -> str:
    r"""Write a text as a value (3.3.11).

    >>> escaped("Zurich, Bern; all\nmore")
    'Zurich\\, Bern\\; all\\nmore'
    """
    return "".join(_ESCAPED.get(one, one) for one in text)


def folded(line: str) -> Iterable[str]:
    """Fold a line so that none is longer than may be, and no character is cut (3.1)."""
    part = ""
    for one in line:
        if len((part + one).encode()) > LINE_OCTETS:
            yield part
            part = " "
        part += one
    yield part


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
