"""What an announcement says, to whom, and how far it is. Pure.

A maintenance has two pairs of times: when the work is, and from when until when it is told of.
The others have only the second. Who writes neither tells it from now on, until somebody ends it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from kernel.clock import format_instant, parse_instant
from kernel.errors import InvalidError, Problem
from kernel.json_text import why_not_kept
from kernel.zones import find_zone
from tenancy.announcements._tables import TEXT_MAX, TITLE_MAX
from tenancy.announcements.audience import Audience, read_audience, word_of

WORK_MAX = timedelta(days=31)
_YEARS = range(2000, 2200)
TIMES = ("shown_from", "shown_until", "work_starts", "work_ends")


class Kind(Enum):
    """What an announcement is about."""

    INFORMATION = "information"
    MAINTENANCE = "maintenance"
    DISRUPTION = "disruption"
    RESOLVED = "resolved"


class State(Enum):
    """How far an announcement is."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    LIVE = "live"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an announcement says, checked; instants are aware, ends are exclusive."""

    kind: Kind
    title: str
    text: str
    zone: str
    shown_from: datetime | None = None
    shown_until: datetime | None = None
    work_starts: datetime | None = None
    work_ends: datetime | None = None
    audience: Audience = field(default_factory=Audience)
    mails: bool = False
    dismissable: bool = True


def state_of(
    *,
    published_at: datetime | None,
    withdrawn_at: datetime | None,
    shown_from: datetime | None,
    shown_until: datetime | None,
    now: datetime,
) -> State:
    """Say how far an announcement is."""
    if withdrawn_at is not None:
        return State.WITHDRAWN
    if published_at is None:
        return State.DRAFT
    if shown_until is not None and shown_until <= now:
        return State.ENDED
    if shown_from is not None and shown_from > now:
        return State.SCHEDULED
    return State.LIVE


def parse_announcement(document: Any) -> Said:
    """Read an announcement's document.

    Raises:
        InvalidError: with a problem for each field that cannot be taken.
    """
    if not isinstance(document, Mapping):
        raise InvalidError("an announcement is an object", problems=[Problem("", "send an object")])
    problems: list[Problem] = []
    title = _text(document, "title", problems, least=1, most=TITLE_MAX)
    text = _text(document, "text", problems, least=1, most=TEXT_MAX)
    kind = word_of(Kind, document.get("kind"), "kind", problems)
    zone = document.get("zone") or "UTC"
    if not isinstance(zone, str) or find_zone(zone) is None:
        problems.append(_problem("zone", "choose a time zone such as Europe/Berlin"))
    times = {name: _instant(document.get(name), name, problems) for name in TIMES}
    audience = read_audience(document.get("audience", {"whom": "all"}), problems)
    if not problems:
        problems += _time_problems(kind, times)
    if problems or kind is None or audience is None:
        raise InvalidError("the announcement cannot be kept as it is", problems=problems)
    return Said(
        kind=kind,
        title=" ".join(title.split()),
        text=text.replace("\r\n", "\n"),
        zone=str(zone),
        audience=audience,
        mails=document.get("mails") is True,
        dismissable=document.get("dismissable", True) is not False,
        **times,
    )


def said_document(said: Said) -> dict[str, Any]:
    """Write what an announcement says as JSON, as `parse_announcement` reads it."""
    times = {name: getattr(said, name) for name in TIMES}
    return {
        "kind": said.kind.value,
        "title": said.title,
        "text": said.text,
        "zone": said.zone,
        **{name: format_instant(at) if at else None for name, at in times.items()},
        "audience": said.audience.document(),
        "mails": said.mails,
        "dismissable": said.dismissable,
    }


def checked_update(text: str) -> str:
    """Give the words of an update; raises InvalidError where there are none or too many."""
    problems: list[Problem] = []
    found = _text({"text": text}, "text", problems, least=1, most=TEXT_MAX)
    if problems:
        raise InvalidError(problems[0].message, problems=problems)
    return found.replace("\r\n", "\n")


def _time_problems(kind: Kind | None, times: Mapping[str, datetime | None]) -> list[Problem]:
    found = []
    shown_from, shown_until, starts, ends = (times[name] for name in TIMES)
    if kind is Kind.MAINTENANCE:
        missing = [name for name in ("work_starts", "work_ends") if times[name] is None]
        found += [_problem(name, "say when the work is") for name in missing]
        if starts and ends and not timedelta(0) < ends - starts <= WORK_MAX:
            message = f"end after the start, at most {WORK_MAX.days} days later"
            found.append(_problem("work_ends", message))
    elif starts or ends:
        found.append(_problem("work_starts", "only a maintenance has times of work"))
    if shown_from and shown_until and shown_until <= shown_from:
        found.append(_problem("shown_until", "end after it begins, or leave it empty"))
    return found


def _instant(value: Any, name: str, problems: list[Problem]) -> datetime | None:
    if value is None or value == "":
        return None
    try:
        found = parse_instant(value).replace(microsecond=0)
    except (ValueError, TypeError):
        told = "write an instant with a zone, such as 2026-12-24T01:00:00Z"
        problems.append(_problem(name, told))
        return None
    if found.year not in _YEARS:
        problems.append(_problem(name, f"lie in the years {_YEARS[0]} to {_YEARS[-1]}"))
    return found


def _text(
    document: Mapping[str, Any], name: str, problems: list[Problem], *, least: int, most: int
) -> str:
    value = document.get(name, "")
    if not isinstance(value, str) or why_not_kept(value, json.dumps(value)):
        problems.append(_problem(name, "must be text that can be kept"))
        return ""
    if not least <= len(value.strip()) <= most:
        problems.append(_problem(name, f"write {least} to {most:,} characters"))
    return value.strip()


def _problem(name: str, message: str) -> Problem:
    return Problem(f"/{name}", f"{name}: {message}")
