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

from blocks.installs.revoking import Withdrawing
from garland import duties
from garland.announcements.rounds import Announcing
from garland.archives.process import ArchiveStarter
from garland.backtests import BacktestStarter
from garland.memory import settle
from garland.metrics_port import serve_metrics
from garland.parts import make_brokers, make_mail
from garland.release_checks import ReleaseCheckStarter
from garland.services import Services, tidy_folders
from garland.settings import Settings
from garland.shadow_runs import ShadowStarter
from kernel.apart import apart
from kernel.clock import utc_now
from kernel.ids import new_id
from marketplace.catalogue.lending import lends_package
from marketplace.figures.rounds import FigureRounds
from marketplace.money.due import uses_needed_from
from marketplace.money.rounds import MoneyRounds
from marketplace.network.rounds import NetworkRounds
from runtime.alarms.tmf642.hub.sending import Notifier
from runtime.clockwork import process_clock
from runtime.deleting.passing import forget_keys
from runtime.deleting.rounds import Deleting
from runtime.leases import hold_lease, process_name
from runtime.mailing import Mail
from runtime.packs.store import goes_back_to
from runtime.polls.poller import Poller
from runtime.quieting.releasing import release_all
from runtime.retention.clearing import Clearing
from runtime.schedules.clock import ScheduleClock
from runtime.services.following import Follower
from runtime.tenant_templates.versions import needs_package
from runtime.use.rounds import UseRounds
from tenancy.key_links.clearing import forget_old
from tenancy.keys.rotation import finish

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
ROLL_OUT_EVERY_S = 5
END_STATES_EVERY_S = 60
USE_EVERY_S = 30
DELETE_EVERY_S = 10
EXPORT_EVERY_S = 2
ANNOUNCE_EVERY_S = 2
MONEY_EVERY_S = 300
FIGURES_EVERY_S = 300
LEARN_EVERY_S = 60


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
        self._release_checks = ReleaseCheckStarter(services.reading)
        self._shadow_runs = ShadowStarter(services.reading)
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
        self._use = UseRounds(
            services.sessions, services.reading, services.calls, needed_from=uses_needed_from
        )
        self._money = MoneyRounds(services.sessions, services.reading)
        self._figures = FigureRounds(services.sessions, services.reading)
        self._network = NetworkRounds(services.sessions, services.reading, may_go_on=self.leads)
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
                goes_back_to(whose, digest),
                needs_package(whose, digest),
                lends_package(whose, digest),
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
            (self.check_releases, LOOK_EVERY_S),
            (self.run_shadows, LOOK_EVERY_S),
            (self.export, EXPORT_EVERY_S),
            (self.release, RELEASE_EVERY_S),
            (self.notify, NOTIFY_EVERY_S),
            (self.listen, LISTEN_EVERY_S),
            (self.warn, WARN_EVERY_S),
            (self.follow, FOLLOW_EVERY_S),
            (self.poll, POLL_EVERY_S),
            (self.withdraw, WITHDRAW_EVERY_S),
            (self.roll_out, ROLL_OUT_EVERY_S),
            (self.end_states, END_STATES_EVERY_S),
            (self.add_up_use, USE_EVERY_S),
            (self.delete_organisations, DELETE_EVERY_S),
            (self.announce, ANNOUNCE_EVERY_S),
            (self.charge_market, MONEY_EVERY_S),
            (self.hand_over_statements, MONEY_EVERY_S),
            (self.count_figures, FIGURES_EVERY_S),
            (self.learn_from_use, LEARN_EVERY_S),
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
        if self.leads():
            duties.wake_sleepers(self._services, now=self._now())

    def let_parked_go_on(self) -> None:
        """Let runs go on that waited for room, where no worker's end of others did."""
        if self.leads():
            duties.let_parked_go_on(self._services, clock=self._now)

    def tend_alarms(self) -> None:
        """Do to alarms what the clock has to: end shelves, let alarms expire, escalate them."""
        duties.tend_alarms(self._services, now=self._now(), may_write=self.leads)

    def clear(self) -> None:
        """Let go of what is no longer kept, for some seconds at most, and of keys of tenants."""
        if self.leads():
            apart("clearing", lambda: self._clearing.round(now=self._now()))
            apart("key_links", self._forget_links)
            apart("notices", self._notifier.trim)
            apart("archives", self._archives.clear)
            apart("rotations", lambda: finish(self._services.sessions, vault=self._services.vault))
        tidy_folders(self._services)

    def _forget_links(self) -> None:
        with self._services.sessions() as session, session.begin():
            forget_old(session, now=self._now())

    def withdraw(self) -> None:
        """Withdraw installed blocks whose package was revoked since."""
        if self.leads():
            duties.withdraw_blocks(self._services, self._withdrawing, now=self._now())

    def roll_out(self) -> None:
        """Judge the roll-outs that are due, and move some organisations or take some back."""
        if self.leads():
            duties.roll_out(self._services, now=self._now(), may_write=self.leads)

    def release(self) -> None:
        """End storms that are over, and let go what planned work or a storm held back."""
        if self.leads():
            release_all(self._services.sessions, self._services.reading, now=self._now())

    def listen(self) -> None:
        """Raise an alarm for each source that should have spoken by now."""
        if self.leads():
            duties.raise_for_silence(self._services, now=self._now())

    def warn(self) -> None:
        """Raise an alarm for each connection that runs out, and clear it once it is renewed."""
        if self.leads():
            duties.raise_for_endings(self._services, now=self._now())

    def end_states(self) -> None:
        """Suspend organisations whose trial is over, and close those whose time to is over."""
        if self.leads():
            duties.end_states(self._services, now=self._now())

    def delete_organisations(self) -> None:
        """Delete closed organisations whose time has come, for some seconds at most."""
        if self.leads():
            self._deleting.round(now=self._now())

    def charge_market(self) -> None:
        """Charge what was used of the marketplace, and close months."""
        if self.leads():
            self._money.round(now=self._now())

    def learn_from_use(self) -> None:
        """Count who uses what of the marketplace, and tell its search."""
        if self.leads():
            self._network.round(now=self._now())

    def hand_over_statements(self) -> None:
        """Hand statements to a payment provider, which keeps only this job waiting."""
        if self.leads():
            self._money.hand_over(now=self._now())

    def count_figures(self) -> None:
        """Count how listings of the marketplace do, every few hours."""
        if self.leads():
            self._figures.round(now=self._now())

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
            duties.send_all_mail(self._services, self._mail, now=self._now())

    def backtest(self) -> None:
        """See that the backtests that people asked for are done."""
        if self.leads():
            self._backtests.look()

    def check_releases(self) -> None:
        """See that the releases that were submitted are checked."""
        if self.leads():
            self._release_checks.look()

    def run_shadows(self) -> None:
        """See that the shadow runs that were asked for are done."""
        if self.leads():
            self._shadow_runs.look()

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
