"""What was changed in an announcement, in words. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tenancy.announcements.audience import Audience
from tenancy.announcements.model import Kind, Said

NAMES = {
    "kind": "Kind",
    "title": "Title",
    "text": "Text",
    "shown_from": "Shown from",
    "shown_until": "Shown until",
    "work_starts": "Work begins",
    "work_ends": "Work ends",
    "audience": "For whom",
    "mails": "Mail to admins",
    "dismissable": "Can be put away",
}


def differences(before: Said, after: Said) -> list[tuple[str, str, str]]:
    """List what is not the same any more: its name, what it was, what it is.

    Instants are in UTC; chosen ones are counted, not named.
    """
    return [
        (title, _words(getattr(before, name)), _words(getattr(after, name)))
        for name, title in NAMES.items()
        if getattr(before, name) != getattr(after, name)
    ]


def _words(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, Kind):
        return value.value
    if isinstance(value, Audience):
        chosen = f" ({len(value.chosen):,})" if value.chosen else ""
        below = "" if value.below_resellers else ", none below resellers"
        return f"{value.whom.value}{chosen}{below}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if value is not None else "open"
