"""The scheduler process: starts workflows by the clock, wakes what a lost wake-up left, reminds.

One scheduler leads, by a lease; the others stand by. What is due when is in `runtime.schedules`,
the jobs' pace is APScheduler's (`runtime.clockwork`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import structlog
from sqlalchemy import or_
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars

from blocks.installs.revoking import Withdrawing, withdraw_revoked
from garland.announcements.rounds import Announcing
from garland.archives.process import ArchiveStarter
from garland.backtests import BacktestStarter
from garland.memory import settle
from garland.metrics_port import serve_metrics
from garland.parts import make_brokers, make_mail
from garland.services import Services, tidy_folders
from garland.settings import Settings
from kernel.clock import utc_now
from kernel.ids import new_id
from runtime.alarms.clock import BITE, do_due, has_due
from runtime.alarms.sources.silence import has_silent, raise_for_silent
from runtime.alarms.tmf642.hub.sending import Notifier
from runtime.approvals.reminders import send_due
from runtime.clockwork import process_clock
from runtime.connections.expiring import has_ending, tell_endings
from runtime.deleting.passing import forget_keys
from runtime.deleting.rounds import Deleting
from runtime.due import due_sleepers
from runtime.going_live.mails import send_due as mail_askings
from runtime.leases import hold_lease, process_name
from runtime.mailing import Mail
from runtime.mails import send_mails
from runtime.packs.store import goes_back_to
from runtime.polls.poller import Poller
from runtime.quieting.releasing import release_all
from runtime.retention.clearing import Clearing
from runtime.rules.notices import send_notices
from runtime.runs.crowding import let_all_parked_go_on, tenants_with_parked
from runtime.schedules.clock import ScheduleClock
from runtime.services.following import Follower
from runtime.tenant_templates.versions import needs_package
from runtime.use.rounds import UseRounds
from tenancy.key_links.clearing import forget_old
from tenancy.keys.rotation import finish
from tenancy.life_cycle.changing import BITE as BITE_OF_STATES
from tenancy.life_cycle.changing import end_due, has_ended
from tenancy.scope import system

log = structlog.get_logger(__name__)

LEASE = "scheduler"
LEASE_S = 10.0
SWEEP_EVERY_S = 1
LET_GO_EVERY_S = 3
LOOK_EVERY_S = 1
REFRESH_EVERY_S = 5
CLEAR_EVERY_S = 60
REMIND_EVERY_S = 5
TEND_EVERY_S = 1
WARN_EVERY_S = 60
RELEASE_EVERY_S = 1
NOTIFY_EVERY_S = 1
LISTEN_EVERY_S = 2
FOLLOW_EVERY_S = 2
POLL_EVERY_S = 2
WITHDRAW_EVERY_S = 10
END_STATES_EVERY_S = 60
USE_EVERY_S = 30
DELETE_EVERY_S = 10
EXPORT_EVERY_S = 2
ANNOUNCE_EVERY_S = 2


class Scheduler:
    """One process's part in scheduling; `clock` tells the time of everything it does."""

    def __init__(
        self,
        services: Services,
        *,
        clock: Callable[[], datetime] = utc_now,
        mail: Mail | None = None,
    ) -> None:
        self._services = services
        self._mail = mail or make_mail(services.settings)
        self._now = clock
        self._owner = process_name()
        self._clock = process_clock()
        self.schedules = ScheduleClock(
            sessions=services.sessions, reading=services.reading, hold=self._holds
        )
        self._backtests = BacktestStarter(services.reading)
        self._archives = ArchiveStarter(services.sessions, services.reading)
        self._notifier = Notifier(
            sessions=services.sessions,
            reading=services.reading,
            http=make_brokers(services.settings).http,
            clock=clock,
        )
        self._poller = Poller(
            sessions=services.sessions,
            reading=services.reading,
            brokers=replace(make_brokers(services.settings), connections=services.connections),
            hold=self._holds,
        )
        self._use = UseRounds(services.sessions, services.reading, services.calls)
        self._deleting = Deleting(
            sessions=services.sessions,
            reading=services.reading,
            forget=lambda one: forget_keys(services.redis, one),
            may_go_on=self.leads,
            clock=clock,
        )
        self._announcing = Announcing(services.sessions, services.reading)
        self._follower = Follower(services.sessions, services.reading)
        self._led_at: datetime | None = None
        self._refreshed_at: datetime | None = None
        self._withdrawing = Withdrawing()
        self._looking = Lock()  # APScheduler has a thread for each job
        self._clearing = Clearing(
            sessions=services.sessions,
            limits=services.limits,
            goes_back=lambda whose, digest: or_(
                goes_back_to(whose, digest), needs_package(whose, digest)
            ),
            journal_kept_days=services.settings.journal_kept_days,
            trend_hours_kept_days=services.settings.trend_hours_kept_days,
            trends_kept_days=services.settings.trends_kept_days,
            may_go_on=self.leads,
        )

    def run(self) -> None:
        """Run until told to stop."""
        limits: dict[str, Any] = {"max_instances": 1, "coalesce": True}
        for job, every_s in self._jobs():
            self._clock.add_job(self._safely, "interval", [job], seconds=every_s, **limits)
        self._safely(self._look_in_time)
        settle()
        self._clock.start()

    def _jobs(self) -> tuple[tuple[Callable[[], None], int], ...]:
        """List what is done again and again, and how often, in seconds."""
        return (
            (self.tend_alarms, TEND_EVERY_S),
            (self.sweep, SWEEP_EVERY_S),
            (self.let_parked_go_on, LET_GO_EVERY_S),
            (self._look_in_time, LOOK_EVERY_S),
            (self.clear, CLEAR_EVERY_S),
            (self.remind, REMIND_EVERY_S),
            (self.backtest, LOOK_EVERY_S),
            (self.export, EXPORT_EVERY_S),
            (self.release, RELEASE_EVERY_S),
            (self.notify, NOTIFY_EVERY_S),
            (self.listen, LISTEN_EVERY_S),
            (self.warn, WARN_EVERY_S),
            (self.follow, FOLLOW_EVERY_S),
            (self.poll, POLL_EVERY_S),
            (self.withdraw, WITHDRAW_EVERY_S),
            (self.end_states, END_STATES_EVERY_S),
            (self.add_up_use, USE_EVERY_S),
            (self.delete_organisations, DELETE_EVERY_S),
            (self.announce, ANNOUNCE_EVERY_S),
        )

    def _safely(self, job: Any) -> None:
        """Do a job; each time it has a name of its own in the log, as a request has."""
        with bound_contextvars(job=job.__name__.lstrip("_"), request_id=str(new_id())):
            try:
                job()
            except Exception:
                log.exception("scheduled_job_failed")

    def _look_in_time(self) -> None:
        """Look, and arrange to look again at the very moment the next schedule is due."""
        with self._looking:
            self.look()
        next_at = self.schedules.next_at()
        if next_at is not None and next_at > self._now():
            self._clock.add_job(
                self._safely,
                "date",
                [self._look_in_time],
                run_date=next_at,
                id="next",
                replace_existing=True,
            )

    def leads(self) -> bool:
        """Tell whether this process leads, and go on leading.

        The lease is renewed when a third of it is over: a dozen jobs ask each second, and each
        renewal would make others wait that write.
        """
        now = self._now()
        if self._led_at is not None and now - self._led_at < timedelta(seconds=LEASE_S / 3):
            return True
        with self._services.sessions() as session, session.begin():
            leads = self._holds(session)
        self._led_at = now if leads else None
        return leads

    def _holds(self, session: Session) -> bool:
        return hold_lease(session, LEASE, self._owner, now=self._now(), for_s=LEASE_S)

    def sweep(self) -> None:
        """Wake whoever has due work: after a lost wake-up, or when a wait ended."""
        if not self.leads():
            return
        with self._services.reading() as session, system(session):
            due = due_sleepers(session, now=self._now())
        for sleeper in due:
            self._services.waker.wake(*sleeper)

    def let_parked_go_on(self) -> None:
        """Let runs go on that waited for room, where no worker's end of others did."""
        if not self.leads():
            return
        with self._services.reading() as session, system(session):
            crowded = bool(tenants_with_parked(session))
        while crowded:
            with self._services.patient() as session, session.begin():
                crowded = let_all_parked_go_on(session, now=self._now()) > 0

    def tend_alarms(self) -> None:
        """Do to alarms what the clock has to: end shelves, let alarms expire, escalate them."""
        now = self._now()
        with self._services.reading() as session, system(session):
            is_due = has_due(session, now=now)
        while is_due and self.leads():
            with self._services.sessions() as session, session.begin(), system(session):
                is_due = do_due(session, now=now) == BITE

    def clear(self) -> None:
        """Let go of what is no longer kept, for some seconds at most, and of keys of tenants."""
        if self.leads():
            self._clearing.round(now=self._now())
            with self._services.sessions() as session, session.begin():
                forget_old(session, now=self._now())
            self._notifier.trim()
            self._archives.clear()
            finish(self._services.sessions, vault=self._services.vault)
        tidy_folders(self._services)

    def withdraw(self) -> None:
        """Withdraw installed blocks whose package was revoked since."""
        if not self.leads():
            return
        with self._services.reading() as session, system(session):
            serial = self._withdrawing.news(session, now=self._now())
        if serial is not None:
            with self._services.sessions() as session, session.begin():
                withdraw_revoked(session, now=self._now())
            self._withdrawing.is_done(serial)

    def release(self) -> None:
        """End storms that are over, and let go what planned work or a storm held back."""
        if self.leads():
            release_all(self._services.sessions, self._services.reading, now=self._now())

    def listen(self) -> None:
        """Raise an alarm for each source that should have spoken by now."""
        if not self.leads():
            return
        now = self._now()
        with self._services.reading() as session, system(session):
            is_due = has_silent(session, now=now)
        if is_due:
            with self._services.sessions() as session, session.begin():
                raise_for_silent(session, now=now)

    def warn(self) -> None:
        """Raise an alarm for each connection that runs out, and clear it once it is renewed."""
        if not self.leads():
            return
        now = self._now()
        with self._services.reading() as session, system(session):
            is_due = has_ending(session, now=now)
        if is_due:
            with self._services.sessions() as session, session.begin():
                tell_endings(session, now=now)

    def end_states(self) -> None:
        """Suspend organisations whose trial is over, and close those whose time to is over."""
        if not self.leads():
            return
        now = self._now()
        with self._services.reading() as session:
            is_due = has_ended(session, now=now)
        while is_due:
            with self._services.sessions() as session, session.begin():
                is_due = end_due(session, now=now) == BITE_OF_STATES

    def delete_organisations(self) -> None:
        """Delete closed organisations whose time has come, for some seconds at most."""
        if self.leads():
            self._deleting.round(now=self._now())

    def add_up_use(self) -> None:
        """Make calls facts, add facts up by the day, and end trials of plans that are over."""
        if self.leads():
            self._use.round(now=self._now())

    def announce(self) -> None:
        """Let announcements reach those they are for, and tell their pages."""
        if self.leads():
            self._announcing.round(now=self._now())

    def remind(self) -> None:
        """Send what approvals, requests to publish, rules and tenancy mail; its thread waits."""
        if self.leads():
            services, now = self._services, self._now()
            send_due(services.sessions, self._mail, services.settings.public_url, now=now)
            mail_askings(services.sessions, self._mail, services.settings.public_url, now=now)
            send_notices(services.sessions, self._mail, now=now)
            send_mails(services.sessions, services.reading, self._mail, now=now)

    def backtest(self) -> None:
        """See that the backtests that people asked for are done."""
        if self.leads():
            self._backtests.look()

    def export(self) -> None:
        """See that the exports that organisations' admins asked for are written."""
        if self.leads():
            self._archives.look()

    def notify(self) -> None:
        """Send events to TMF642's listeners; threads of their own wait for them."""
        if self.leads():
            self._notifier.round()

    def follow(self) -> None:
        """Keep the record of how services do, as the history of alarms grows."""
        if self.leads():
            self._follower.round(now=self._now())

    def poll(self) -> None:
        """Ask the blocks that start workflows what is new; this job's thread alone waits."""
        if self.leads():
            self._poller.round(now=self._now())

    def look(self) -> None:
        """Start the workflows whose time has come; now and then, see what has changed first."""
        if not self.leads():
            self._refreshed_at = None  # whoever leads meanwhile moves the marks on
            return
        now = self._now()
        if self._refreshed_at is None or now - self._refreshed_at >= timedelta(
            seconds=REFRESH_EVERY_S
        ):
            self.schedules.refresh(now=now)
            self._refreshed_at = now
        self.schedules.fire_due(now=now)


def main(settings: Settings) -> None:
    """Run the scheduler until the process is told to stop."""
    serve_metrics(settings)
    services = Services(settings)
    try:
        Scheduler(services).run()
    finally:
        services.end_blocks()
