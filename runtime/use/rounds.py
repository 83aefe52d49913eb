"""The scheduler's part in use: calls become facts, days are added up, warnings are noted."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from runtime.use._tables import UsageDay, UsageFact
from runtime.use.adding_up import FACTS_KEPT, add_up, look_at_peaks, seal_old
from runtime.use.calls import Calls, record_minute
from runtime.use.reading import DAY
from runtime.use.recording import day_of
from runtime.use.trials import tell_of_trial, trials_to_tell
from runtime.use.warnings import warn_near_end
from tenancy.organisations import organisation_ids
from tenancy.plans.assigning import BITE, end_trials, has_trial_over
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)


class UseRounds:
    """One process's rounds; whoever takes over goes on from what the tables say."""

    def __init__(
        self, sessions: sessionmaker[Session], reading: sessionmaker[Session], calls: Calls
    ) -> None:
        self._sessions, self._reading, self._calls = sessions, reading, calls
        self._all_on: date | None = None

    def round(self, *, now: datetime) -> None:
        """Do one round: small transactions, a tenant each."""
        self.flush_calls()
        self._end_trials(now=now)
        self._warn_of_trials(now=now)
        today = day_of(now)
        since = today - DAY if self._all_on is not None else self._left_off(today)
        for tenant_id, days in self._wanted(since).items():
            with self._sessions.begin() as session, as_tenant(session, tenant_id):
                for day in days:
                    add_up(session, tenant_id, day, now=now)
                warn_near_end(session, tenant_id, now=now)
        if self._all_on != today:
            self._once_a_day(now=now)
            self._all_on = today

    def flush_calls(self) -> None:
        """Make the calls of the minutes that are over facts, then forget them in Redis."""
        for at, counted in self._calls.settled():
            with self._sessions.begin() as session, system(session):
                record_minute(session, at, counted)
            self._calls.forget(at)

    def _left_off(self, today: date) -> date:
        """Give the day before the one on which somebody added up last, at the first round."""
        with self._reading() as session, system(session):
            last = session.scalar(
                select(func.max(UsageDay.added_up_at)).where(UsageDay.day >= today - FACTS_KEPT)
            )
        return min(today, day_of(last)) - DAY if last is not None else today - FACTS_KEPT

    def _wanted(self, since: date) -> dict[UUID, list[date]]:
        """List whose facts from a day on are to be added up."""
        with self._reading() as session, system(session):
            rows = session.execute(
                select(UsageFact.tenant_id, UsageFact.day).where(UsageFact.day >= since).distinct()
            )
            found: dict[UUID, list[date]] = {}
            for tenant_id, day in rows:
                found.setdefault(tenant_id, []).append(day)
        return found

    def _once_a_day(self, *, now: datetime) -> None:
        """Look at what is there, and let old facts go."""
        with self._reading() as session:
            tenants = organisation_ids(session)
        for tenant_id in tenants:
            with self._sessions.begin() as session, as_tenant(session, tenant_id):
                look_at_peaks(session, tenant_id, now=now)
            gone = 1
            while gone:
                with self._sessions.begin() as session, as_tenant(session, tenant_id):
                    gone = seal_old(session, tenant_id, now=now)

    def _end_trials(self, *, now: datetime) -> None:
        with self._reading() as session:
            is_due = has_trial_over(session, now=now)
        while is_due:
            with self._sessions.begin() as session:
                is_due = end_trials(session, now=now) == BITE

    def _warn_of_trials(self, *, now: datetime) -> None:
        with self._reading() as session:
            found = trials_to_tell(session, now=now)
        for one in found:
            with self._sessions.begin() as session:
                tell_of_trial(session, one, now=now)
