"""What applies to whom right now: limits, states and counts, kept for a moment by each process.

Who takes in events or starts runs asks for every one of them, so neither may cost a query each
time. Limits are read anew after five seconds, counts after one; what this process added since is
counted in. A session made without a book has everything read anew: exact, and slower.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.limits._tables import TenantLimits
from runtime.limits.model import LIMITS, Limits, with_changes
from tenancy.life_cycle.standing import not_at_work
from tenancy.life_cycle.states import State
from tenancy.plans.standing import Standing, standings
from tenancy.scope import system

BOOK = "garland.limits"
LIMITS_KEPT_S = 5.0
COUNTS_KEPT_S = 1.0
COUNTS_MAX = 10_000
RECOUNT_S = 0.05
WORTH = 20
"""A value is kept for so many times the time that making it took."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The limits of all tenants at one moment, their plans, and which of them are not at work."""

    defaults: Limits = field(default_factory=Limits)
    own: Mapping[UUID, Limits] = field(default_factory=dict)
    weights: Mapping[UUID, float] = field(default_factory=dict)
    stopped: Mapping[UUID, State] = field(default_factory=dict)
    standings: Mapping[UUID, Standing] = field(default_factory=dict)

    def of(self, tenant_id: UUID) -> Limits:
        """Give a tenant's limits."""
        return self.own.get(tenant_id, self.defaults)


class LimitsBook:
    """One process's knowledge of limits and of how much is used; safe among threads."""

    def __init__(
        self,
        defaults: Limits | None = None,
        *,
        journal_max: int = 1_000_000,
        limits_kept_s: float = LIMITS_KEPT_S,
        counts_kept_s: float = COUNTS_KEPT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.journal_max = journal_max
        self._known = Known(defaults=defaults or Limits())
        self._limits_kept_s, self._counts_kept_s = limits_kept_s, counts_kept_s
        self._clock = clock
        self._read_at: float | None = None
        self._counts: dict[Hashable, tuple[float, Any]] = {}
        self._lock = Lock()

    @property
    def defaults(self) -> Limits:
        """The installation's limits, for tenants that have none of their own."""
        return self._known.defaults

    def known(self, session: Session) -> Known:
        """Give the limits of all tenants, read at most five seconds ago."""
        now = self._clock()
        if self._read_at is None or now - self._read_at >= self._limits_kept_s:
            self._known, self._read_at = _read(session, self._known.defaults), now
        return self._known

    def counted(self, key: Hashable, count: Callable[[], int]) -> int:
        """Give a count made at most a second ago, with what was added here since."""
        return self.kept(key, count)

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give a value made at most a second ago; longer where making it took long.

        Counting then takes a twentieth of one processor at most.
        """
        now = self._clock()
        with self._lock:
            found = self._counts.get(key)
        if found is not None and now < found[0]:
            value: T = found[1]
            return value
        began = self._clock()
        value = make()
        kept_s = max(self._counts_kept_s, (self._clock() - began) * WORTH)
        with self._lock:
            if len(self._counts) >= COUNTS_MAX:
                self._counts.clear()
            self._counts[key] = (now + kept_s, value)
        return value

    def is_full(self, key: Hashable, most: int, count: Callable[[], int]) -> bool:
        """Tell whether a count has come to `most`.

        What ended meanwhile is not taken off, so where it seems full it is counted again, twenty
        times a second at most.
        """
        if self.counted(key, count) < most:
            return False
        again = (key, "again")
        with self._lock:
            until = self._counts.get(again, (0.0, 0))[0]
        now = self._clock()
        if now < until:
            return True
        with self._lock:
            self._counts.pop(key, None)
            self._counts[again] = (now + RECOUNT_S, 0)
        return self.counted(key, count) >= most

    def add(self, key: Hashable, number: int) -> None:
        """Count in what this process did itself."""
        with self._lock:
            if key in self._counts:
                until, before = self._counts[key]
                self._counts[key] = (until, before + number)


def book_of(session: Session) -> LimitsBook:
    """Give the book that a session was made with, or one of its own that keeps hardly anything."""
    found: LimitsBook | None = session.info.get(BOOK)
    if found is None:
        found = session.info[BOOK] = LimitsBook(limits_kept_s=0.0, counts_kept_s=0.0)
    return found


def limits_of(session: Session, tenant_id: UUID) -> Limits:
    """Give a tenant's limits."""
    return book_of(session).known(session).of(tenant_id)


def _read(session: Session, defaults: Limits) -> Known:
    with system(session):
        rows = session.execute(select(TenantLimits.tenant_id, TenantLimits.overrides)).all()
        plans = standings(session)
    changes = {one: _of_plan(found) for one, found in plans.items()}
    for row in rows:
        changes[row.tenant_id] = {**changes.get(row.tenant_id, {}), **row.overrides}
    own = {one: with_changes(defaults, found) for one, found in changes.items()}
    return Known(
        defaults=defaults,
        own=own,
        weights={one: found.weight for one, found in own.items()},
        stopped=not_at_work(session),
        standings=plans,
    )


def _of_plan(standing: Standing) -> dict[str, int]:
    """Give what a plan says of limits; of members tenancy itself sees to it."""
    return {name: value for name, value in standing.terms.quotas.items() if name in LIMITS}
