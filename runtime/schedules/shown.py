"""Schedules as pages show them: what is set, what comes next, what came last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.calendars.store import find_calendar
from runtime.flows.schedules import schedule_triggers
from runtime.schedules.firings import Firing, upcoming
from runtime.schedules.marks import marks_of_flow
from runtime.schedules.model import parse_schedule
from runtime.schedules.words import words_of

AHEAD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The next firings of a schedule; `note` says why there are none."""

    firings: tuple[Firing, ...] = ()
    zone: ZoneInfo = ZoneInfo("UTC")  # noqa: RUF009  immutable
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSchedule:
    """One schedule of a live workflow.

    Attributes:
        next_at: When it starts the workflow next; None when it does not, or is paused.
        fired_at: When it last did.
        problem: Why its last firing started nothing.
    """

    title: str
    words: str
    calendar: str
    next_at: datetime | None
    fired_at: datetime | None
    problem: str


def firings_ahead(
    session: Session,
    tenant_id: UUID,
    trigger: Mapping[str, Any],
    *,
    now: datetime,
    count: int = AHEAD,
) -> Ahead:
    """Give the next firings of a schedule trigger that has no problems."""
    schedule = parse_schedule(trigger)
    zone, rule = schedule.timing.zone, schedule.calendar
    try:
        calendar = find_calendar(session, tenant_id, rule.name) if rule is not None else None
    except NotFoundError as error:
        return Ahead(zone=zone, note=f"{error.message[:1].upper()}{error.message[1:]}.")
    found = tuple(upcoming(schedule, calendar, now, count))
    if found:
        return Ahead(firings=found, zone=zone)
    if schedule.timing.at is not None and schedule.timing.at <= now:
        return Ahead(zone=zone, note="It never starts: the moment has passed.")
    return Ahead(zone=zone, note="It never starts: the calendar leaves out all of its times.")


def shown_schedules(
    session: Session,
    tenant_id: UUID,
    flow_id: UUID,
    live: Mapping[str, Any],
    *,
    paused: bool,
    now: datetime,
) -> list[ShownSchedule]:
    """List the schedules of a workflow's live version."""
    marks = marks_of_flow(session, tenant_id, flow_id)
    found: list[ShownSchedule] = []
    for id_, trigger in schedule_triggers(live).items():
        ahead = firings_ahead(session, tenant_id, trigger, now=now, count=1)
        mark = marks.get(id_)
        found.append(
            ShownSchedule(
                title=trigger.get("title") or id_,
                words=words_of(trigger),
                calendar=trigger.get("calendar", {}).get("name", ""),
                next_at=ahead.firings[0].at if ahead.firings and not paused else None,
                fired_at=mark.fired_at if mark is not None else None,
                problem=mark.problem if mark is not None else "",
            )
        )
    return found
