"""What an address asks of the audit, read into a filter. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from kernel.asked import Asked, asked_choice, asked_instant, asked_text, must_be
from tenancy.audit.actions import ACTIONS, GROUPS
from tenancy.audit.listing import EntryFilter

TEXT_MAX = 300
NAMES = ("group", "action", "by", "kind", "thing", "since", "until", "q")
_DAY_LENGTH = len("2026-11-24")


def read_filter(asked: Asked) -> EntryFilter:
    """Read which entries are wanted.

    `since` and `until` are instants or days (UTC), a day as `until` with all of it.

    Raises:
        InvalidError: naming the parameter, and what it may be.

    >>> read_filter({"until": "2026-11-24"}).until
    datetime.datetime(2026, 11, 25, 0, 0, tzinfo=datetime.timezone.utc)
    """
    text = {name: asked_text(asked, name, most=TEXT_MAX) for name in ("by", "kind", "thing", "q")}
    found = EntryFilter(
        group=asked_choice(asked, "group", GROUPS),
        action=asked_choice(asked, "action", ACTIONS),
        since=_instant(asked, "since"),
        until=_instant(asked, "until", ends=True),
        **text,
    )
    if found.since and found.until and found.since >= found.until:
        raise must_be("until", "later than since")
    return found


def _instant(asked: Asked, name: str, *, ends: bool = False) -> datetime | None:
    said = asked.get(name, "").strip()
    if len(said) != _DAY_LENGTH:
        return asked_instant(asked, name, ZoneInfo("UTC"))
    try:
        day = date.fromisoformat(said)
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return start + timedelta(days=1) if ends else start
    except (ValueError, OverflowError):
        raise must_be(name, "a day such as 2026-11-24, or an instant") from None
