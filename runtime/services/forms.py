"""A service's form: needs as rows, keys as lines, local dates; and back. Pure.

Never fails on what was typed: what cannot be taken stays as it is, and the check says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from kernel.clock import format_instant
from kernel.errors import Problem
from kernel.numbers import whole_number
from kernel.zones import find_zone, instant_of
from runtime.services.model import NEEDS_MAX, Service, service_document

BLANK_NEEDS = 1
HOWS = (
    ("all", "All of them must work"),
    ("any", "One of them is enough"),
    ("share", "A share of them must work"),
)
BREAKS = (
    ("critical", "a critical alarm"),
    ("major", "a critical or major alarm"),
)
PLANNED = (("excluded", "does not count as down"), ("counted", "counts as down"))
_PLAIN = ("name", "kind", "note", "zone", "breaks_from")


def document_of(form: Mapping[str, str], *, watched_from: str | None = None) -> dict[str, Any]:
    """Read the form; a need without keys is left out."""
    percent = form.get("percent", "").strip()
    sla = {
        "percent": percent,
        "planned_excluded": form.get("planned", "excluded") == "excluded",
        "calendar": form.get("calendar", ""),
    }
    hops, whole = form.get("hops", ""), whole_number(form.get("hops", ""))
    return {
        **{name: form.get(name, "").replace("\r\n", "\n") for name in _PLAIN},
        "key": form.get("key", "").strip() or key_for(form.get("name", "")),
        "hops": hops if whole is None else whole,
        "rests_on": [_need(form, index) for index in _filled(form)],
        "sla": sla if percent else None,
        "watched_from": watched_from or _since(form),
    }


def form_of(service: Service) -> dict[str, Any]:
    """Write a service as the form shows it."""
    document = service_document(service)
    agreed = document["sla"] or {}
    form = {name: document[name] for name in (*_PLAIN, "key", "hops")}
    for index, need in enumerate(document["rests_on"]):
        form[f"need-{index}-how"] = need["need"]
        form[f"need-{index}-share"] = need.get("share", "")
        form[f"need-{index}-keys"] = "\n".join(need["keys"])
    form["percent"] = f"{agreed['percent']:g}" if agreed else ""
    form["planned"] = "excluded" if agreed.get("planned_excluded", True) else "counted"
    form["calendar"] = agreed.get("calendar", "")
    return form


def rows_of(form: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the rows of needs, filled ones first, and one to fill in."""
    filled = [
        {part: form.get(f"need-{index}-{part}", "") for part in ("how", "share", "keys")}
        for index in _filled(form)
    ]
    blank = {"how": "any" if filled else "all", "share": "", "keys": ""}
    return [*filled, *(dict(blank) for _ in range(BLANK_NEEDS))][:NEEDS_MAX]


def wrong_by_field(problems: Iterable[Problem]) -> dict[str, str]:
    """Give the first thing wrong with each control, by the control's name."""
    found: dict[str, str] = {}
    for one in problems:
        parts = one.pointer.split("/")[1:]
        if parts[:1] == ["rests_on"] and len(parts) > 1:
            names = {"need": "how", "share": "share"}
            field = f"need-{parts[1]}-{names.get(parts[-1], 'keys')}"
        else:
            field = parts[-1] if parts else ""
        found.setdefault(field, one.message)
    return found


def key_for(name: str) -> str:
    """Make a key of a name.

    >>> key_for("Internet at the shop, Zürich")
    'internet-at-the-shop-zürich'
    """
    return "-".join(re.findall(r"\w+", name.lower()))[:120]


def words_for(length: timedelta) -> str:
    """Say how long something took or may take, in at most two units.

    >>> words_for(timedelta(minutes=125)), words_for(timedelta(seconds=20)), words_for(timedelta(0))
    ('2 hours 5 minutes', '20 seconds', 'nothing')
    """
    seconds = int(abs(length).total_seconds())
    found: list[str] = []
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        amount, seconds = divmod(seconds, size)
        if amount and len(found) < 2 and not (found and size == 1):  # noqa: PLR2004  two units
            found.append(f"{amount} {unit}{'' if amount == 1 else 's'}")
        elif found:
            break
    return " ".join(found) or "nothing"


def _filled(form: Mapping[str, Any]) -> list[int]:
    return [index for index in range(NEEDS_MAX) if str(form.get(f"need-{index}-keys", "")).strip()]


def _need(form: Mapping[str, str], index: int) -> dict[str, Any]:
    keys = form.get(f"need-{index}-keys", "").replace(",", "\n").splitlines()
    how, share = form.get(f"need-{index}-how", "all"), form.get(f"need-{index}-share", "").strip()
    found: dict[str, Any] = {"need": how, "keys": [one.strip() for one in keys if one.strip()]}
    if how == "share":
        number = share.removesuffix("%").strip()
        whole = whole_number(number)
        found["share"] = number if whole is None else whole
    return found


def _since(form: Mapping[str, str]) -> str | None:
    """Read the day since when it is in use: its midnight on the clocks of the service's zone."""
    text, zone = form.get("since", "").strip(), find_zone(form.get("zone", ""))
    if not text or zone is None:
        return None
    try:
        return format_instant(instant_of(datetime.fromisoformat(text).replace(tzinfo=None), zone))
    except ValueError:
        return text
