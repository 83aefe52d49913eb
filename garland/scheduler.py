"""The scheduler process: starts workflows by the clock, and wakes what a lost wake-up left behind.

The only user of APScheduler. Schedules live in the database with the workflow's live version;
APScheduler holds them in memory, made anew when they change. One scheduler leads, by a lease.
Daylight saving follows the schedule's own zone: a skipped hour's firing is skipped, a repeated
hour fires once (by the dedup key). Firings missed while no scheduler ran are not made up for.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from garland.services import Services
from garland.settings import Settings
from kernel.clock import format_instant, utc_now
from kernel.errors import GarlandError
from runtime.due import due_sleepers
from runtime.flows.schedules import LiveSchedule, live_schedules
from runtime.leases import hold_lease, process_name
from runtime.retention.clearing import Clearing
from runtime.runs.crowding import let_all_parked_go_on, tenants_with_parked
from runtime.runs.start import Start, start_run
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

LEASE = "scheduler"
LEASE_S = 10.0
SWEEP_EVERY_S = 1
LOOK_EVERY_S = 5
CLEAR_EVERY_S = 60
MISFIRE_GRACE_S = 30


class Scheduler:
    """One process's part in scheduling."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._owner = process_name()
        self._clock = BlockingScheduler(timezone=ZoneInfo("UTC"))
        self._known: dict[str, LiveSchedule] = {}
        self._clearing = Clearing(
            sessions=services.sessions,
            limits=services.limits,
            journal_kept_days=services.settings.journal_kept_days,
            may_go_on=self.leads,
        )

    def run(self) -> None:
        """Run until told to stop."""
        limits: dict[str, Any] = {"max_instances": 1, "coalesce": True}
        self._clock.add_job(self._safely, "interval", [self.sweep], seconds=SWEEP_EVERY_S, **limits)
        self._clock.add_job(self._safely, "interval", [self.look], seconds=LOOK_EVERY_S, **limits)
        self._clock.add_job(self._safely, "interval", [self.clear], seconds=CLEAR_EVERY_S, **limits)
        self._safely(self.look)
        self._clock.start()

    def _safely(self, job: Any) -> None:
        try:
            job()
        except Exception:
            log.exception("scheduled_job_failed")

    def leads(self) -> bool:
        """Tell whether this process leads, and go on leading."""
        with self._services.sessions() as session, session.begin():
            return hold_lease(session, LEASE, self._owner, now=utc_now(), for_s=LEASE_S)

    def sweep(self) -> None:
        """Wake whoever has due work: after a lost wake-up, or when a wait ended."""
        if not self.leads():
            return
        with self._services.reading() as session, system(session):
            due = due_sleepers(session, now=utc_now())
            crowded = bool(tenants_with_parked(session))
        for sleeper in due:
            self._services.waker.wake(*sleeper)
        if crowded:
            with self._services.sessions() as session, session.begin():
                let_all_parked_go_on(session, now=utc_now())

    def clear(self) -> None:
        """Let go of what is no longer kept, for some seconds at most."""
        if self.leads():
            self._clearing.round(now=utc_now())

    def look(self) -> None:
        """Take over changes of the live workflows' schedules."""
        with self._services.reading() as session, system(session):
            found = {_name(one): one for one in live_schedules(session)}
        for name in self._known.keys() - found.keys():
            self._clock.remove_job(name)
        for name in found.keys() - self._known.keys():
            schedule = found[name]
            trigger = CronTrigger.from_crontab(schedule.cron, timezone=ZoneInfo(schedule.timezone))
            self._clock.add_job(
                self._safely,
                trigger,
                [lambda due=schedule: self.fire(due)],
                id=name,
                misfire_grace_time=MISFIRE_GRACE_S,
                coalesce=True,
            )
        self._known = found

    def fire(self, schedule: LiveSchedule) -> None:
        """Start a workflow whose time has come; once a minute at most."""
        if not self.leads():
            return
        now = utc_now()
        at = now.astimezone(ZoneInfo(schedule.timezone)).replace(second=0, microsecond=0)
        start = _start(schedule, at)
        with (
            self._services.sessions() as session,
            session.begin(),
            as_tenant(session, schedule.tenant_id),
        ):
            try:
                start_run(session, schedule.tenant_id, schedule.flow_id, start, now=now)
            except GarlandError as error:
                log.warning("schedule_not_started", reason=error.message, **asdict(schedule))


def main(settings: Settings) -> None:
    """Run the scheduler until the process is told to stop."""
    Scheduler(Services(settings)).run()


def _name(schedule: LiveSchedule) -> str:
    return f"{schedule.version_id}:{schedule.trigger_id}"


def _start(schedule: LiveSchedule, at: datetime) -> Start:
    """Make the start; its key has the local time without offset, so a repeated hour fires once."""
    local = at.replace(tzinfo=None).isoformat(timespec="minutes")
    return Start(
        trigger={"kind": "schedule", "at": format_instant(at)},
        trigger_id=schedule.trigger_id,
        subject=schedule.cron,
        dedup_key=f"schedule:{schedule.flow_id}:{schedule.trigger_id}:{local}",
        started_by="schedule",
    )
