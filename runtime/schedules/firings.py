"""When a schedule fires next, and what is to be done about all it should have fired until now.

No database and no clock of its own. Three rules, stated in `docs/schedules.md`: daylight saving
(`kernel.zones`), the business calendar, and misfires. A firing that a calendar moves shares the
moment it is moved to with all the others that are moved there, so they are one firing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from kernel.zones import instant_of, local_time
from runtime.calendars.hours import NeverError, is_open, next_closed, next_open
from runtime.calendars.model import Calendar
from runtime.clockwork import next_cron, next_interval, next_once
from runtime.schedules.model import CalendarRule, Schedule, Timing

LOOKS_MAX = 1_000  # times in a row that a calendar excludes before we say: it never fires
MISSED_MAX = 10_000  # missed firings that are looked at one by one
STEPS_MAX = 1_000
_SECOND = timedelta(seconds=1)


class Firing(NamedTuple):
    """One firing: the instant it is due, and the local time its schedule names for it."""

    at: datetime
    local: datetime
    is_moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do about a schedule.

    Attributes:
        until: All it should have fired until this instant is then dealt with.
        firing: What to start a run for; None starts none.
        missed: How many missed firings are dealt with: by the run, or by dropping them.
    """

    until: datetime
    firing: Firing | None
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What to do now, in order, and when to look again; None for never."""

    steps: tuple[Step, ...] = ()
    next_at: datetime | None = None


def next_due(timing: Timing, after: datetime) -> Firing | None:
    """Give the first time after an instant, no calendar asked; None when there is none."""
    if timing.cron:
        return _next_cron(timing, after)
    if timing.every_s:
        at: datetime | None = next_interval(timing.every_s, timing.start, after)
    else:
        at = next_once(timing.at, after) if timing.at is not None else None
    return Firing(at, local_time(at, timing.zone)) if at is not None else None


def next_firing(schedule: Schedule, calendar: Calendar | None, after: datetime) -> Firing | None:
    """Give the next firing after an instant; None when there is none any more.

    Args:
        schedule: Whose firing.
        calendar: The one its rule names.
        after: Everything until this instant is dealt with.
    """
    rule = schedule.calendar
    for _ in range(LOOKS_MAX):
        due = next_due(schedule.timing, after)
        if due is None or rule is None or calendar is None:
            return due
        try:
            admitted = next_admitted(rule, calendar, due.at)
        except NeverError:
            return None
        if admitted == due.at:
            return due
        if rule.otherwise == "move":
            return Firing(admitted, due.local, is_moved=True)
        after = max(due.at, admitted - _SECOND)
    return None


def upcoming(
    schedule: Schedule, calendar: Calendar | None, after: datetime, count: int
) -> list[Firing]:
    """List the next firings after an instant, as many as asked for or there are."""
    found: list[Firing] = []
    while len(found) < count:
        firing = next_firing(schedule, calendar, after)
        if firing is None:
            break
        found.append(firing)
        after = firing.at
    return found


def outlook(
    schedule: Schedule, calendar: Calendar | None, *, since: datetime, now: datetime
) -> Outlook:
    """Say what to do about everything after `since` until `now`, and when to look again.

    Missed firings are not made up for at a time their calendar excludes: they wait for the next
    one that it admits.
    """
    misfire = schedule.misfire
    late: deque[Firing] = deque(maxlen=misfire.limit if misfire.policy == "all" else 1)
    in_time: list[Firing] = []
    missed, position = 0, since
    firing = next_firing(schedule, calendar, position)
    while firing is not None and firing.at <= now and len(in_time) < STEPS_MAX:
        if (now - firing.at).total_seconds() > misfire.grace_s:
            late.append(firing)
            missed += 1
        else:
            in_time.append(firing)
        position = firing.at
        if missed == MISSED_MAX:
            position = max(position, _far_enough(schedule.timing, now))
        firing = next_firing(schedule, calendar, position)
    if late and misfire.policy != "skip":
        opens = _next_chance(schedule.calendar, calendar, now)
        if opens != now:
            return Outlook(next_at=opens)
    steps = (
        *_made_up(schedule, late, missed),
        *(Step(until=one.at, firing=one) for one in in_time),
    )
    return Outlook(steps=steps, next_at=firing.at if firing is not None else None)


def next_admitted(rule: CalendarRule, calendar: Calendar, at: datetime) -> datetime:
    """Give the first instant from `at` on that the rule admits; raises NeverError."""
    return next_open(calendar, at) if rule.when == "open" else next_closed(calendar, at)


def admits(rule: CalendarRule, calendar: Calendar, at: datetime) -> bool:
    """Tell whether the rule admits an instant."""
    return is_open(calendar, at) == (rule.when == "open")


def _next_cron(timing: Timing, after: datetime) -> Firing | None:
    """Ask for local times until one's instant lies after: not at once in an hour that repeats."""
    local = local_time(after, timing.zone)
    while True:
        found = next_cron(timing.cron, local)
        if found is None:
            return None
        at = instant_of(found, timing.zone)
        if at > after:
            return Firing(at, found, is_moved=local_time(at, timing.zone) != found)
        local = found


def _far_enough(timing: Timing, now: datetime) -> datetime:
    """Give from when on the rest of a long pause is looked at: no more than as many again."""
    return now - timedelta(seconds=MISSED_MAX * timing.least_s)


def _next_chance(
    rule: CalendarRule | None, calendar: Calendar | None, now: datetime
) -> datetime | None:
    if rule is None or calendar is None or admits(rule, calendar, now):
        return now
    try:
        return next_admitted(rule, calendar, now)
    except NeverError:
        return None


def _made_up(schedule: Schedule, late: deque[Firing], missed: int) -> list[Step]:
    """Give the steps for missed firings; the first that gets a run stands for those dropped."""
    if not late:
        return []
    if schedule.misfire.policy == "skip":
        return [Step(until=late[-1].at, firing=None, missed=missed)]
    first, *others = late
    stands_for = missed - len(others)
    return [
        Step(until=first.at, firing=first, missed=stands_for),
        *(Step(until=one.at, firing=one, missed=1) for one in others),
    ]
