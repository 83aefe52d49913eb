"""One round of letting go: small transactions, tenants in turn, until there is none or time is up.

Nothing is remembered but where the last round stopped, and that only to be fair: whoever takes
over begins anew and finds what is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs.forgetting import GoesBack, forget_packages
from kernel.apart import apart
from runtime.alarms.policy.store import policy_of
from runtime.limits.book import LimitsBook
from runtime.retention.alarms import remove_alarms
from runtime.retention.blobs import Place, remove_unused
from runtime.retention.journal import BITE, remove_done
from runtime.retention.runs import remove_runs
from runtime.retention.trends import fold_oldest_day, remove_old_figures
from runtime.trials.keeping import remove_unused_trial_data
from tenancy.audit.keeping import remove_old as remove_old_entries
from tenancy.organisations import organisation_ids
from tenancy.repeats.store import remove_old
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

BUDGET_S = 5.0
PAUSE_S = 0.02


@dataclass(slots=True)
class Removed:
    """What a round removed; `is_done` when nothing was left to remove."""

    runs: int = 0
    trial_data: int = 0
    steps: int = 0
    values: int = 0
    events: int = 0
    alarms: int = 0
    hours: int = 0
    answers: int = 0
    packages: int = 0
    audited: int = 0
    is_done: bool = True

    @property
    def is_nothing(self) -> bool:
        """Tell whether there was nothing to do."""
        numbers = (self.runs, self.steps, self.values, self.events, self.alarms, self.hours)
        others = (self.answers, self.packages, self.trial_data, self.audited)
        return not any((*numbers, *others))


@dataclass(kw_only=True)
class Clearing:
    """Lets go of what is old, a round at a time.

    Attributes:
        goes_back: Tells, inside a query, which packages of blocks are needed though nobody has them
            installed.
        may_go_on: Asked between two bites; False ends the round, such as when another leads.
        pause: Waits between two bites, so that others who write get their turn.
    """

    sessions: sessionmaker[Session]
    limits: LimitsBook
    goes_back: GoesBack
    journal_kept_days: int = 7
    trend_hours_kept_days: int = 90
    trends_kept_days: int = 1_095
    may_go_on: Callable[[], bool] = lambda: True
    pause: Callable[[float], None] = time.sleep
    _next_tenant: UUID | None = field(default=None, init=False)
    _next_value: Place | None = field(default=None, init=False)
    _folded_on: date | None = field(default=None, init=False)

    def round(self, *, now: datetime, budget_s: float = BUDGET_S) -> Removed:
        """Remove what is old until nothing is, or the time is up; give what was removed."""
        ends, removed = time.monotonic() + budget_s, Removed()
        for one in (
            self._runs,
            self._trial_data,
            self._events,
            self._alarms,
            self._trends,
            self._values,
            self._answers,
            self._packages,
            self._audits,
        ):
            apart(one.__name__.lstrip("_"), partial(one, removed, now=now, ends=ends))
        if not removed.is_nothing:
            log.info(
                "retention_round",
                runs=removed.runs,
                trial_data=removed.trial_data,
                steps=removed.steps,
                values=removed.values,
                events=removed.events,
                alarms=removed.alarms,
                hours=removed.hours,
                answers=removed.answers,
                packages=removed.packages,
                audited=removed.audited,
                done=removed.is_done,
            )
        return removed

    def _runs(self, removed: Removed, *, now: datetime, ends: float) -> None:
        def bite(tenant_id: UUID) -> bool:
            runs, steps = self._bite_of(tenant_id, now=now)
            removed.runs, removed.steps = removed.runs + runs, removed.steps + steps
            return bool(runs or steps)

        self._in_turn(bite, removed, ends=ends)

    def _alarms(self, removed: Removed, *, now: datetime, ends: float) -> None:
        def bite(tenant_id: UUID) -> bool:
            with self.sessions() as session, session.begin(), as_tenant(session, tenant_id):
                policy = policy_of(session, tenant_id)
                gone = remove_alarms(session, tenant_id, policy, now=now)
            removed.alarms += gone
            return bool(gone)

        self._in_turn(bite, removed, ends=ends)

    def _trends(self, removed: Removed, *, now: datetime, ends: float) -> None:
        """Once a day is enough: only whole days are folded."""
        if self._folded_on == now.date():
            return

        def bite(tenant_id: UUID) -> bool:
            with self.sessions() as session, session.begin(), as_tenant(session, tenant_id):
                folded_before = now - timedelta(days=self.trend_hours_kept_days)
                gone = fold_oldest_day(session, tenant_id, before=folded_before)
                if not gone:
                    before = now - timedelta(days=self.trends_kept_days)
                    remove_old_figures(session, tenant_id, before=before)
            removed.hours += gone
            return bool(gone)

        self._in_turn(bite, removed, ends=ends)
        if self._goes_on(ends):
            self._folded_on = now.date()

    def _audits(self, removed: Removed, *, now: datetime, ends: float) -> None:
        """Let go of the beginnings of audits, those of environments and all others alike."""

        def bite(tenant_id: UUID) -> bool:
            with self.sessions() as session, session.begin(), as_tenant(session, tenant_id):
                gone = remove_old_entries(session, tenant_id, now=now)
            removed.audited += gone
            return bool(gone)

        self._in_turn(bite, removed, ends=ends)

    def _in_turn(self, bite: Callable[[UUID], bool], removed: Removed, *, ends: float) -> None:
        """A bite of each tenant in turn, beginning where the last round stopped.

        One whose bite breaks is passed over until the next round.
        """

        def more_of(tenant_id: UUID) -> bool:
            found: list[bool] = []
            apart("bite", lambda: found.append(bite(tenant_id)), tenant_id=tenant_id)
            return any(found)

        tenants = self._tenants()
        while tenants:
            for tenant_id in list(tenants):
                if not self._goes_on(ends):
                    self._next_tenant, removed.is_done = tenant_id, False
                    return
                if not more_of(tenant_id):
                    tenants.remove(tenant_id)
                else:
                    self.pause(PAUSE_S)

    def _tenants(self) -> list[UUID]:
        with self.sessions() as session:
            found = organisation_ids(session)
        first = self._next_tenant
        if first is None:
            return found
        return [one for one in found if one >= first] + [one for one in found if one < first]

    def _bite_of(self, tenant_id: UUID, *, now: datetime) -> tuple[int, int]:
        with self.sessions() as session, session.begin(), as_tenant(session, tenant_id):
            limits = self.limits.known(session).of(tenant_id)
            return remove_runs(session, tenant_id, limits, now=now)

    def _trial_data(self, removed: Removed, *, now: datetime, ends: float) -> None:
        """Let go of pins and kept inputs that no trial used for long."""

        def bite(tenant_id: UUID) -> bool:
            with self.sessions() as session, session.begin(), as_tenant(session, tenant_id):
                limits = self.limits.known(session).of(tenant_id)
                removed.trial_data += remove_unused_trial_data(session, tenant_id, limits, now=now)
            return False

        self._in_turn(bite, removed, ends=ends)

    def _events(self, removed: Removed, *, now: datetime, ends: float) -> None:
        before = now - timedelta(days=self.journal_kept_days)
        bite = BITE
        while bite == BITE:
            if not self._goes_on(ends):
                removed.is_done = False
                return
            with self.sessions() as session, session.begin(), system(session):
                bite = remove_done(session, before=before)
            removed.events += bite
            self.pause(PAUSE_S if bite else 0.0)

    def _values(self, removed: Removed, *, now: datetime, ends: float) -> None:
        while self._goes_on(ends):
            with self.sessions() as session, session.begin(), system(session):
                gone, self._next_value = remove_unused(session, self._next_value, now=now)
            removed.values += gone
            if self._next_value is None:
                return
            self.pause(PAUSE_S)

    def _answers(self, removed: Removed, *, now: datetime, ends: float) -> None:
        """Let go of what requests were answered that nobody sends again."""
        while self._goes_on(ends):
            with self.sessions() as session, session.begin(), system(session):
                gone = remove_old(session, now=now)
            removed.answers += gone
            if not gone:
                return
            self.pause(PAUSE_S)

    def _packages(self, removed: Removed, *, now: datetime, ends: float) -> None:
        """Let go of blocks' packages that nobody installed and nothing goes back to."""
        while self._goes_on(ends):
            with self.sessions() as session, session.begin(), system(session):
                gone = forget_packages(session, now=now, goes_back=self.goes_back)
            removed.packages += gone
            if not gone:
                return
            self.pause(PAUSE_S)

    def _goes_on(self, ends: float) -> bool:
        return time.monotonic() < ends and self.may_go_on()
