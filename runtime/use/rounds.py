"""The scheduler's part in use: calls become facts, days are added up, warnings are noted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.apart import apart
from runtime.use._tables import UsageDay, UsageFact
from runtime.use.adding_up import FACTS_KEPT, add_up, look_at_peaks, seal_old
from runtime.use.calls import Calls, record_minute
from runtime.use.of_blocks import forget_block_uses
from runtime.use.reading import DAY
from runtime.use.recording import day_of
from runtime.use.trials import Ending, tell_of_trial, trials_to_tell
from runtime.use.warnings import warn_near_end
from tenancy.organisations import organisation_ids
from tenancy.plans.assigning import BITE, end_trials, has_trial_over
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)
NeededFrom = Callable[[Session, date], date]


class UseRounds:
    """One process's rounds; whoever takes over goes on from what the tables say."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        reading: sessionmaker[Session],
        calls: Calls,
        *,
        needed_from: NeededFrom = lambda _session, today: today,
    ) -> None:
        """Take part; `needed_from` gives the first day whose uses of blocks are needed still."""
        self._sessions, self._reading, self._calls = sessions, reading, calls
        self._needed_from = needed_from
        self._all_on: date | None = None
        self._to_look_at: set[UUID] = set()
        self._behind: dict[UUID, date] = {}

    def round(self, *, now: datetime) -> None:
        """Do one round: small transactions, a tenant each, and each for itself."""
        apart("calls", self.flush_calls)
        apart("ended_trials", lambda: self._end_trials(now=now))
        apart("trials", lambda: self._warn_of_trials(now=now))
        today = day_of(now)
        since = today - DAY if self._all_on is not None else self._left_off(today)
        for tenant_id, days in self._wanted(min([since, *self._behind.values()])).items():
            add = partial(self._add_up, tenant_id, days, now=now)
            if apart("adding_up", add, tenant_id=tenant_id):
                self._behind.pop(tenant_id, None)
            else:
                self._behind.setdefault(tenant_id, min(days))
        self._once_a_day(now=now)

    def flush_calls(self) -> None:
        """Make the calls of the minutes that are over facts, then forget them in Redis."""
        for at, counted in self._calls.settled():
            with self._sessions.begin() as session, system(session):
                record_minute(session, at, counted)
            self._calls.forget(at)

    def _add_up(self, tenant_id: UUID, days: list[date], *, now: datetime) -> None:
        """Add days up; a warning that breaks takes nothing of it back."""
        with self._sessions.begin() as session, as_tenant(session, tenant_id):
            for day in days:
                add_up(session, tenant_id, day, now=now)

            def warn() -> None:
                with session.begin_nested():
                    warn_near_end(session, tenant_id, now=now)

            apart("warnings", warn, tenant_id=tenant_id)

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
        """Look at what is there, and let old facts go; where that broke, again each round."""
        is_new = self._all_on != day_of(now)
        if not is_new and not self._to_look_at:
            return
        with self._reading() as session:
            tenants = organisation_ids(session)
        wanted = tenants if is_new else [one for one in tenants if one in self._to_look_at]
        self._to_look_at = {one for one in wanted if not self._look_at(one, now=now)}
        self._all_on = day_of(now)

    def _look_at(self, tenant_id: UUID, *, now: datetime) -> bool:
        """Do so for one tenant; tell whether both were done."""
        has_looked = apart(
            "peaks", partial(self._note_peaks, tenant_id, now=now), tenant_id=tenant_id
        )
        return (
            apart("old_facts", partial(self._seal, tenant_id, now=now), tenant_id=tenant_id)
            and has_looked
        )

    def _note_peaks(self, tenant_id: UUID, *, now: datetime) -> None:
        with self._sessions.begin() as session, as_tenant(session, tenant_id):
            look_at_peaks(session, tenant_id, now=now)

    def _seal(self, tenant_id: UUID, *, now: datetime) -> None:
        gone = 1
        while gone:
            with self._sessions.begin() as session, as_tenant(session, tenant_id):
                gone = seal_old(session, tenant_id, now=now)
                needed = self._needed_from(session, day_of(now))
                before = min(needed, day_of(now - FACTS_KEPT))
                forget_block_uses(session, tenant_id, before=before)

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
            tell = partial(self._tell_of_trial, one, now=now)
            apart("trial", tell, tenant_id=one.organisation_id)

    def _tell_of_trial(self, one: Ending, *, now: datetime) -> None:
        with self._sessions.begin() as session:
            tell_of_trial(session, one, now=now)
