"""A window's form: local times and plain words for how it comes again, and back.

Never fails on what was typed: what is no time stays as it is, and the check says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kernel.clock import format_instant
from kernel.numbers import whole_number
from kernel.zones import find_zone, instant_of, local_time
from runtime.maintenance.model import Window
from runtime.maintenance.scope import CONDITION, KEYED
from runtime.rules.condition_rows import GroupRow, first_condition, group_document, group_rows
from runtime.rules.words import condition_words

OWN = "own"
HOURS_MAX = 999
REPEATS = (
    ("", "Once"),
    ("FREQ=DAILY", "Every day"),
    ("FREQ=WEEKLY", "Every week, on the same day"),
    ("FREQ=WEEKLY;INTERVAL=2", "Every second week"),
    ("FREQ=MONTHLY", "Every month, on the same date"),
    (OWN, "By a rule of my own"),
)
SCOPES = (
    ("resources", "Resources, with what they contain"),
    ("sites", "Sites, with what stands there"),
    ("services", "Services"),
    ("condition", "Alarms that fit a condition"),
    ("everything", "Everything"),
)
_KNOWN = tuple(rule for rule, _ in REPEATS if rule not in ("", OWN))
_LOCAL = "%Y-%m-%dT%H:%M"


def document_of(
    form: Mapping[str, str], when: GroupRow, *, before: Window | None = None
) -> dict[str, Any]:
    """Read the form into a window's document.

    Args:
        form: What was typed.
        when: Its condition, where it is about one.
        before: The window as it is: times of it that do not take place still do not.
    """
    zone = find_zone(form.get("zone", ""))
    return {
        "name": form.get("name", ""),
        "note": form.get("note", "").replace("\r\n", "\n"),
        "zone": form.get("zone", ""),
        "starts_at": _instant(form.get("starts", ""), zone),
        "ends_at": _instant(form.get("ends", ""), zone),
        "rrule": _rule(form),
        "skipped": sorted(map(format_instant, before.skipped)) if before else [],
        "scope": scope_of(form, when),
        "suppresses": form.get("effect", "hold") == "hold",
    }


def scope_of(form: Mapping[str, str], when: GroupRow | None = None) -> dict[str, Any]:
    """Read what the work is about; keys are one a line, or parted by commas."""
    kind = form.get("scope", "")
    if kind == CONDITION:
        is_asked = when is not None and when.members
        return {"kind": kind, "when": group_document(when) if when and is_asked else None}
    if kind not in KEYED:
        return {"kind": kind}
    keys = [key.strip() for key in form.get("keys", "").replace(",", "\n").splitlines()]
    return {"kind": kind, "keys": [key for key in keys if key]}


def form_of(window: Window) -> dict[str, str]:
    """Write a window as the form shows it."""
    repeat, _, until = window.rrule.partition(";UNTIL=")
    is_plain = repeat in _KNOWN and len(until) in (0, 8)
    scope = window.scope
    return {
        "name": window.name,
        "note": window.note,
        "zone": window.zone.key,
        "starts": local_time(window.starts_at, window.zone).strftime(_LOCAL),
        "ends": local_time(window.ends_at, window.zone).strftime(_LOCAL),
        "repeat": (repeat if is_plain else OWN) if window.rrule else "",
        "until": f"{until[:4]}-{until[4:6]}-{until[6:8]}" if is_plain and until else "",
        "rrule": "" if is_plain else window.rrule,
        "scope": scope.kind,
        "keys": "\n".join(scope.keys),
        "effect": "hold" if window.suppresses else "mark",
    }


def condition_of(window: Window) -> GroupRow:
    """Give a window's condition as the form shows it; the usual first one where it has none."""
    when = window.scope.document.get("when")
    return group_rows(when) if when else first_condition()


def blank_form(now: datetime, zone: str, **given: str) -> dict[str, str]:
    """Give the form of a window that begins at the next whole hour, for two hours."""
    local = local_time(now, find_zone(zone) or ZoneInfo("UTC"))
    start = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return {
        "zone": zone,
        "starts": start.strftime(_LOCAL),
        "ends": (start + timedelta(hours=2)).strftime(_LOCAL),
        "scope": "resources",
        "effect": "hold",
        **given,
    }


def document_from_now(form: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """Read the short form: work that begins now and takes so many hours."""
    length = timedelta(hours=whole_number(form.get("hours", "2"), most=HOURS_MAX) or 0)
    begins = now.replace(microsecond=0)
    return {
        "name": form.get("name", ""),
        "zone": "UTC",
        "starts_at": format_instant(begins),
        "ends_at": format_instant(begins + length),
        "scope": scope_of(form),
    }


def scope_words(document: Mapping[str, Any]) -> str:
    """Say what a window is about.

    >>> scope_words({"kind": "sites", "keys": ["ZRH", "BRN"]}), scope_words({"kind": "everything"})
    ('Sites ZRH, BRN', 'Everything')
    """
    kind = document["kind"]
    if kind == CONDITION:
        return f"Alarms where {condition_words(document['when'])}"
    if kind not in KEYED:
        return "Everything"
    keys = document["keys"]
    more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return f"{kind.capitalize()} {', '.join(keys[:_SHOWN])}{more}"


_SHOWN = 4


def repeat_words(rrule: str) -> str:
    """Say how a window comes again.

    >>> repeat_words(""), repeat_words("FREQ=DAILY;UNTIL=20271231"), repeat_words("FREQ=YEARLY")
    ('Once', 'Every day, until 2027-12-31', 'FREQ=YEARLY')
    """
    repeat, _, until = rrule.partition(";UNTIL=")
    words = dict(REPEATS).get(repeat)
    if words is None or len(until) not in (0, 8):
        return rrule
    return f"{words}, until {until[:4]}-{until[4:6]}-{until[6:]}" if until else words


def _rule(form: Mapping[str, str]) -> str:
    repeat, until = form.get("repeat", ""), form.get("until", "").replace("-", "").strip()
    if repeat == OWN:
        return form.get("rrule", "").strip() or "FREQ="
    return f"{repeat};UNTIL={until}" if repeat and until else repeat


def _instant(text: str, zone: ZoneInfo | None) -> str:
    try:
        local = datetime.fromisoformat(text)
        return format_instant(instant_of(local.replace(tzinfo=None), zone or ZoneInfo("UTC")))
    except (ValueError, OverflowError):
        return text
