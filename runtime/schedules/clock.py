"""The scheduler's part in schedules: knows what comes next, and starts runs when it is due.

All it knows is in memory and made anew from the database, where marks say how far each schedule
was dealt with. A firing is one transaction: it holds the lease, moves the mark on and records the
run, so it happens once however many schedulers there are and wherever one of them dies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker

from kernel.errors import GarlandError, NotFoundError, TooManyError, UnavailableError
from runtime.calendars.model import Calendar
from runtime.calendars.store import all_calendars
from runtime.flows.lookup import startable
from runtime.flows.schedules import LiveSchedule, LiveSchedules
from runtime.runs.not_started import NotStartedError
from runtime.runs.start import Start, start_run
from runtime.schedules.firings import Outlook, Step, outlook
from runtime.schedules.marks import (
    Mark,
    all_marks,
    begin_mark,
    move_mark,
    note_problem,
    restart_mark,
)
from runtime.schedules.model import Schedule, digest_of_times, facts_of, parse_schedule
from runtime.schedules.words import words_of
from runtime.standing import is_stopped
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

Key = tuple[UUID, str]
_LATER = (NotStartedError, TooManyError, UnavailableError)
"""Why a firing waits for the next look rather than being used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A schedule that is live, how far it was dealt with, and when to look at it again."""

    live: LiveSchedule
    schedule: Schedule
    calendar: Calendar | None
    mark: Mark
    next_at: datetime | None = None


class ScheduleClock:
    """Every schedule of an installation, as one process sees them."""

    def __init__(
        self,
        *,
        sessions: sessionmaker[Session],
        reading: sessionmaker[Session],
        hold: Callable[[Session], bool],
    ) -> None:
        self._sessions = sessions
        self._reading = reading
        self._hold = hold
        self._live = LiveSchedules()
        self._plans: dict[Key, Plan] = {}

    def next_at(self) -> datetime | None:
        """Tell when the next schedule is to be looked at."""
        return min((plan.next_at for plan in self._plans.values() if plan.next_at), default=None)

    def refresh(self, *, now: datetime) -> None:
        """Take over what was published, paused, resumed or changed since the last time."""
        with self._reading() as session, system(session):
            marks = {(mark.flow_id, mark.trigger_id): mark for mark in all_marks(session)}
            live = self._live.read(session)  # after the marks: what is published now has newer ones
            live = [one for one in live if not is_stopped(session, one.tenant_id)]
            calendars = all_calendars(session) if live else {}
        before, self._plans = self._plans, {}
        for one in live:
            key = (one.flow_id, one.trigger_id)
            try:
                plan = self._plan(one, marks.get(key), calendars, before.get(key), now=now)
            except Exception:  # one schedule's trouble is its own
                log.exception("schedule_not_planned", **_facts(one))
                continue
            if plan is not None:
                self._plans[key] = plan

    def fire_due(self, *, now: datetime) -> None:
        """Deal with every schedule whose time has come."""
        due = [key for key, plan in self._plans.items() if plan.next_at and plan.next_at <= now]
        for key in due:
            try:
                self._settle(key, now=now)
            except Exception:  # one schedule's trouble is its own
                log.exception("schedule_failed", **_facts(self._plans[key].live))

    def _settle(self, key: Key, *, now: datetime) -> None:
        plan = self._plans[key]
        seen = _outlook(plan, now=now)
        done = self._take(plan, seen.steps, now=now)
        if done is None:
            del self._plans[key]  # another process, or a change, came first: read it anew
        else:
            self._plans[key] = replace(plan, mark=done, next_at=seen.next_at)

    def _begin(self, live: LiveSchedule, mark: Mark | None, *, now: datetime) -> None:
        """Give a schedule its mark where publishing did not: a workflow older than marks."""
        digest = digest_of_times(live.trigger)
        where = (live.tenant_id, live.flow_id, live.trigger_id)
        with self._sessions.begin() as session, as_tenant(session, live.tenant_id):
            if mark is None:
                begin_mark(session, *where, digest, now=now)
            else:
                restart_mark(session, mark, digest, now=now)

    def _plan(
        self,
        live: LiveSchedule,
        mark: Mark | None,
        calendars: Mapping[tuple[UUID, str], Calendar],
        before: Plan | None,
        *,
        now: datetime,
    ) -> Plan | None:
        """Plan a schedule: as before when nothing changed, None when it is not to fire."""
        if live.paused:
            return None
        known = before if before is not None and _is_for(before, live, mark) else None
        if mark is None or (known is None and mark.digest != digest_of_times(live.trigger)):
            self._begin(live, mark, now=now)
            return None
        schedule = known.schedule if known is not None else parse_schedule(live.trigger)
        rule = schedule.calendar
        calendar = calendars.get((live.tenant_id, rule.name)) if rule is not None else None
        if known is not None and known.calendar == calendar:
            return known
        plan = Plan(live=live, schedule=schedule, calendar=calendar, mark=mark)
        if rule is not None and calendar is None:
            log.warning("schedule_without_calendar", calendar=rule.name, **_facts(live))
            return plan
        seen = _outlook(plan, now=now)
        return replace(plan, next_at=now if seen.steps else seen.next_at)

    def _take(self, plan: Plan, steps: Iterable[Step], *, now: datetime) -> Mark | None:
        """Do what is to be done, a transaction each; give the mark after it, None when stale."""
        mark = plan.mark
        for step in steps:
            try:
                moved = self._commit(replace(plan, mark=mark), step, now=now)
            except _LATER as error:
                log.warning("schedule_put_off", reason=error.message, **_facts(plan.live))
                return None
            if not moved:
                return None
            at = step.firing.at if step.firing is not None else None
            mark = replace(mark, until=step.until, fired_at=at or mark.fired_at, problem="")
        return mark

    def _commit(self, plan: Plan, step: Step, *, now: datetime) -> bool:
        live, firing = plan.live, step.firing
        with self._sessions.begin() as session:
            if not self._hold(session):
                return False
            with as_tenant(session, live.tenant_id):
                if not _is_still_live(session, live):
                    return False
                fired_at = firing.at if firing is not None else None
                if not move_mark(session, plan.mark, step.until, fired_at=fired_at):
                    return False
                if firing is None:
                    log.info("firings_dropped", missed=step.missed, **_facts(live))
                    return True
                try:
                    start = _start(plan, step)
                    start_run(session, live.tenant_id, live.flow_id, start, now=now)
                except _LATER:
                    raise
                except GarlandError as error:
                    log.warning("schedule_not_started", reason=error.message, **_facts(live))
                    note_problem(session, plan.mark, error.message)
        return True


def _is_for(plan: Plan, live: LiveSchedule, mark: Mark | None) -> bool:
    return plan.live == live and plan.mark == mark


def _outlook(plan: Plan, *, now: datetime) -> Outlook:
    return outlook(plan.schedule, plan.calendar, since=plan.mark.until, now=now)


def _is_still_live(session: Session, live: LiveSchedule) -> bool:
    """Tell whether the plan is what is live, so that what was paused or changed is not fired."""
    try:
        found = startable(session, live.tenant_id, live.flow_id)
    except NotFoundError:
        return False
    is_same = not found.paused and found.version_id == live.version_id
    return is_same and not is_stopped(session, live.tenant_id)


def _start(plan: Plan, step: Step) -> Start:
    """Make the start; its key names the instant it is due."""
    live, firing = plan.live, step.firing
    if firing is None:
        raise ValueError("this step starts nothing")
    facts = facts_of(firing.at, firing.local, missed=step.missed)
    return Start(
        trigger=facts,
        trigger_id=live.trigger_id,
        subject=words_of(live.trigger),
        dedup_key=f"schedule:{live.flow_id}:{live.trigger_id}:{facts['at']}",
        started_by="schedule",
    )


def _facts(live: LiveSchedule) -> dict[str, str]:
    return {
        "tenant_id": str(live.tenant_id),
        "flow_id": str(live.flow_id),
        "trigger_id": live.trigger_id,
    }
