"""A maintenance window: when it is, and what it is about. Pure.

The first time is two instants. One that comes again keeps its local times: from 01:00 to 05:00 on
the clocks of its zone, whatever the clocks do meanwhile. A time's start belongs to it, its end
does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from kernel.clock import format_instant, parse_instant
from kernel.errors import InvalidError, Problem
from kernel.json_text import why_not_kept
from kernel.zones import find_zone, instant_of, local_time
from runtime.maintenance._recurring import last_start, rule_problem, starts
from runtime.maintenance._tables import NAME_MAX, RRULE_MAX
from runtime.maintenance.scope import Scope, parse_scope

LENGTH_MAX = timedelta(days=31)
NOTE_MAX = 2_000
_DAY = timedelta(days=1)
_YEARS = range(2000, 2200)


class Times(NamedTuple):
    """When a window is, once: its end is exclusive."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window, checked.

    Attributes:
        rrule: How it comes again, "" for once.
        skipped: Starts of times that do not take place.
        cuts: Ends of times that were ended early, by their start.
        suppresses: Hold its alarms back; otherwise rules may read that work is under way.
    """

    id: UUID | None = None
    revision: int = 1
    name: str
    note: str = ""
    zone: ZoneInfo
    starts_at: datetime
    ends_at: datetime
    rrule: str = ""
    skipped: frozenset[datetime] = frozenset()
    cuts: Mapping[datetime, datetime] = field(default_factory=dict)
    scope: Scope
    suppresses: bool = True

    def times(self, after: datetime, before: datetime) -> Iterator[Times]:
        """Yield the times that end after the one instant and begin before the other."""
        for one in self._all(before):
            if one.end > after and one.start < before and one.end > one.start:
                yield one

    def time_at(self, at: datetime) -> Times | None:
        """Give the time that holds an instant, or None."""
        return next((one for one in self.times(at, at + _TICK) if one.start <= at), None)

    def next_time(self, now: datetime) -> Times | None:
        """Give the time that is now, else the next to come; None when all are past."""
        if not self.rrule:
            return next(self.times(now, self.starts_at + _TICK), None)
        first = max(now, self.starts_at)
        for days in (40, 400, 366 * 9):
            if found := next(self.times(now, first + days * _DAY), None):
                return found
        return None

    @property
    def until(self) -> datetime | None:
        """When its last time ends at the latest; None for one that comes for ever."""
        if not self.rrule:
            return self.ends_at
        last = last_start(self.rrule, self._local_start, self.zone)
        return instant_of(last + self._length, self.zone) if last is not None else None

    @property
    def _local_start(self) -> datetime:
        return local_time(self.starts_at, self.zone)

    @property
    def _length(self) -> timedelta:
        return local_time(self.ends_at, self.zone) - self._local_start

    def _all(self, before: datetime) -> Iterator[Times]:
        """Yield the times in order, as ended early and without those skipped."""
        if not self.rrule:
            yield from self._taking_place(self.starts_at, self.ends_at)
            return
        end = local_time(before, self.zone) + _DAY
        for local in starts(self.rrule, self._local_start, end, self.zone):
            yield from self._taking_place(
                instant_of(local, self.zone), instant_of(local + self._length, self.zone)
            )

    def _taking_place(self, start: datetime, end: datetime) -> Iterator[Times]:
        if start not in self.skipped:
            yield Times(start, min(end, self.cuts.get(start, end)))


_TICK = timedelta(microseconds=1)


def parse_window(document: Any) -> Window:
    """Read a window's document.

    Raises:
        InvalidError: with a problem for each field that cannot be taken.
    """
    if not isinstance(document, Mapping):
        raise InvalidError("a window is an object", problems=[Problem("", "send an object")])
    problems: list[Problem] = []
    name, note = (_text(document, one, problems) for one in ("name", "note"))
    if not 0 < len(name) <= NAME_MAX:
        problems.append(_problem("name", f"name the work with 1 to {NAME_MAX} characters"))
    if len(note) > NOTE_MAX:
        problems.append(_problem("note", f"write at most {NOTE_MAX:,} characters"))
    zone = find_zone(_text(document, "zone", problems))
    if zone is None:
        problems.append(_problem("zone", "choose a time zone such as Europe/Berlin"))
    times = _times(document, problems)
    scope = parse_scope(document.get("scope"), problems)
    skipped = _instants(document.get("skipped"), problems)
    rrule = _text(document, "rrule", problems).upper().removeprefix("RRULE:")
    if rrule and zone is not None and times is not None:
        problems += _rule_problems(rrule, local_time(times.start, zone), zone)
    if problems or zone is None or times is None or scope is None:
        raise InvalidError("the window cannot be planned as it is", problems=problems)
    return Window(
        name=name,
        note=note,
        zone=zone,
        starts_at=times.start,
        ends_at=times.end,
        rrule=rrule,
        skipped=frozenset(skipped),
        scope=scope,
        suppresses=document.get("suppresses", True) is not False,
    )


def window_document(window: Window) -> dict[str, Any]:
    """Write a window as JSON, as `parse_window` reads it."""
    return {
        "name": window.name,
        "note": window.note,
        "zone": window.zone.key,
        "starts_at": format_instant(window.starts_at),
        "ends_at": format_instant(window.ends_at),
        "rrule": window.rrule,
        "skipped": sorted(map(format_instant, window.skipped)),
        "scope": window.scope.document,
        "suppresses": window.suppresses,
    }


def _times(document: Mapping[str, Any], problems: list[Problem]) -> Times | None:
    found: list[datetime] = []
    for name in ("starts_at", "ends_at"):
        try:
            found.append(parse_instant(_text(document, name, problems)).replace(microsecond=0))
        except ValueError:
            example = "2026-12-24T01:00:00Z"
            problems.append(_problem(name, f"write an instant with a zone, such as {example}"))
    if len(found) < len(Times._fields):
        return None
    times = Times(*found)
    if not timedelta(0) < times.end - times.start <= LENGTH_MAX:
        most = LENGTH_MAX.days
        problems.append(_problem("ends_at", f"end after the start, at most {most} days later"))
        return None
    if times.start.year not in _YEARS:
        problems.append(_problem("starts_at", f"begin from {_YEARS[0]} to {_YEARS[-1]}"))
        return None
    return times


def _rule_problems(rrule: str, start: datetime, zone: ZoneInfo) -> list[Problem]:
    why = rule_problem(rrule, start, zone) if len(rrule) <= RRULE_MAX else "is too long"
    return [_problem("rrule", why)] if why else []


def _instants(value: Any, problems: list[Problem]) -> list[datetime]:
    said = [] if value is None else value
    try:
        return [parse_instant(one) for one in said]
    except (ValueError, TypeError):
        problems.append(_problem("skipped", "list the starts that do not take place, with a zone"))
        return []


def _text(document: Mapping[str, Any], name: str, problems: list[Problem]) -> str:
    value = document.get(name, "")
    if isinstance(value, str) and not why_not_kept(value, json.dumps(value)):
        return value.strip()
    problems.append(_problem(name, "must be text that can be kept"))
    return ""


def _problem(name: str, message: str) -> Problem:
    return Problem(f"/{name}", f"{name}: {message}")
