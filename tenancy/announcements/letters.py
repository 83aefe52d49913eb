"""What a mail tells of an announcement. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from kernel.zones import local_time
from tenancy.announcements.model import Kind, Said
from tenancy.announcements.store import UpdateView

EXCERPT_MAX = 1_000
WORDS = {
    Kind.INFORMATION: "Information",
    Kind.MAINTENANCE: "Planned maintenance",
    Kind.DISRUPTION: "Disruption",
    Kind.RESOLVED: "Resolved",
}


def letter_of(said: Said, updates: Sequence[UpdateView] = ()) -> dict[str, str]:
    """Give the facts of a mail; `updates` holds the newest one, where there is any."""
    newest = updates[0] if updates else None
    return {
        "kind": WORDS[said.kind],
        "title": said.title,
        "text": excerpt(said.text),
        "when": times_words(said.work_starts, said.work_ends, said.zone),
        "update": excerpt(newest.text) if newest else "",
        "update_at": _clock(newest.at, said.zone) if newest else "",
    }


def times_words(starts: datetime | None, ends: datetime | None, zone: str) -> str:
    """Say from when until when on the clocks of a zone; "" where it is not known.

    >>> from datetime import UTC
    >>> at = datetime(2026, 12, 1, 0, tzinfo=UTC)
    >>> times_words(at, at.replace(hour=4), "Europe/Berlin")
    'Tue 1 Dec 2026, 01:00 to 05:00 (Europe/Berlin)'
    """
    if starts is None or ends is None:
        return ""
    first, last = (local_time(one, ZoneInfo(zone)) for one in (starts, ends))
    end = (
        f"{last:%H:%M}" if first.date() == last.date() else f"{last:%a} {last.day} {last:%b %H:%M}"
    )
    return f"{first:%a} {first.day} {first:%b %Y, %H:%M} to {end} ({zone})"


def excerpt(text: str) -> str:
    """Cut a text at a word, where it is long for a mail."""
    plain = " ".join(text.split())
    if len(plain) <= EXCERPT_MAX:
        return plain
    return plain[:EXCERPT_MAX].rsplit(" ", 1)[0] + " …"


def _clock(at: datetime, zone: str) -> str:
    local = local_time(at, ZoneInfo(zone))
    return f"{local:%H:%M}, {local.day} {local:%b} ({zone})"
