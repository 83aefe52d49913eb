"""What the database says of the work that waits, as gauges; looked at every few seconds at most."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.metrics import Metric, gauge, largest
from runtime.backlog import (
    Backlog,
    Waiting,
    count_schedules,
    events_by_tenant,
    look,
    runs_by_tenant,
)
from runtime.metrics import group_name
from runtime.runs.leased import LEASE_S
from tenancy.scope import system

log = structlog.get_logger(__name__)

KEPT_S = 4.0
SCHEDULES_KEPT_S = 60.0
Values = list[tuple[tuple[str, ...], float]]


class Told(NamedTuple):
    """A gauge: its name, what it says, its labels, and how it is read off a look."""

    name: str
    text: str
    labels: Sequence[str]
    read: Callable[[Backlog], Values]


def _one(value: float) -> Values:
    return [((), value)]


def _groups(found: Backlog, read: Callable[[Waiting], float]) -> Values:
    """Give the main group even where nothing waits, so that its series never breaks off."""
    return [
        ((group_name(name),), read(one)) for name, one in {"": Waiting(), **found.steps}.items()
    ]


GAUGES = (
    Told(
        "garland_journal_events",
        "Events that wait for the correlator",
        (),
        lambda found: _one(found.journal.count),
    ),
    Told(
        "garland_journal_oldest_seconds",
        "How long the oldest of them has waited: how far the correlator is behind",
        (),
        lambda found: _one(found.journal.oldest_s),
    ),
    Told(
        "garland_runs_due",
        "Runs that want to be advanced now",
        (),
        lambda found: _one(found.runs.count),
    ),
    Told(
        "garland_runs_due_oldest_seconds",
        "How long the one due longest has been due",
        (),
        lambda found: _one(found.runs.oldest_s),
    ),
    Told(
        "garland_steps_due",
        "Steps that wait for a worker of their group",
        ("group",),
        lambda found: _groups(found, lambda one: one.count),
    ),
    Told(
        "garland_steps_due_oldest_seconds",
        "How long the one due longest has been due",
        ("group",),
        lambda found: _groups(found, lambda one: one.oldest_s),
    ),
    Told(
        "garland_runs_under_way",
        "Runs that are not over",
        ("state",),
        lambda found: [((state.value,), count) for state, count in found.under_way.items()],
    ),
    Told(
        "garland_waits",
        "Steps that wait for an event, a message or another workflow",
        (),
        lambda found: _one(found.waits),
    ),
    Told(
        "garland_approvals_open",
        "Approvals that nobody decided yet",
        (),
        lambda found: _one(found.approvals),
    ),
    Told(
        "garland_step_leases",
        "Steps that workers perform right now",
        (),
        lambda found: _one(found.step_leases),
    ),
    Told(
        "garland_step_lease_lapsed_seconds",
        "How long ago the longest lapsed lease of a step was to be renewed; 0 for none",
        (),
        lambda found: _one(found.lapsed_s),
    ),
    Told(
        "garland_leader_lease_seconds",
        "For how long the lease of a part's leader holds; negative since it ran out",
        ("part",),
        lambda found: [((part,), left) for part, left in found.leads_s.items()],
    ),
)
DATABASE_UP = "garland_database_up"
SCHEDULES = "garland_schedules"
TENANT_EVENTS = "garland_tenant_journal_events"
TENANT_RUNS = "garland_tenant_runs_under_way"


class ByTenant(NamedTuple):
    """What waits of each tenant, by its short name."""

    events: Mapping[str, int]
    runs: Mapping[str, int]


class DatabaseGauges:
    """Looks at the database for whoever asks; several who ask at once share a look.

    Args:
        reading: Sessions that only read.
        tenants: How many tenants are named, those with most; the rest are `other`. 0 names none.
    """

    def __init__(self, reading: sessionmaker[Session], *, tenants: int = 0) -> None:
        self._reading, self._tenants = reading, tenants
        self._by_tenant = ByTenant({}, {})
        self._lock = Lock()
        self._kept: Backlog | None = None
        self._looked_at = float("-inf")
        self._schedules = 0
        self._counted_at = float("-inf")

    def collect(self) -> Iterable[Metric]:
        """Give the gauges; of a database that does not answer only that it does not."""
        with self._lock:
            found, schedules, each = self._look(), self._schedules, self._by_tenant
        yield gauge(DATABASE_UP, "Whether the database answers", _one(found is not None))
        if found is None:
            return
        for told in GAUGES:
            yield gauge(told.name, told.text, told.read(found), *told.labels)
        yield gauge(SCHEDULES, "Schedules of live workflows", _one(schedules))
        if self._tenants:
            waiting, under_way = (largest(one, self._tenants) for one in each)
            yield gauge(
                TENANT_EVENTS, "Events that wait, of the tenants with most", waiting, "tenant"
            )
            yield gauge(TENANT_RUNS, "Runs not over, of the tenants with most", under_way, "tenant")

    def _look(self) -> Backlog | None:
        now = time.monotonic()
        if now - self._looked_at < KEPT_S:
            return self._kept
        try:
            with self._reading() as session, system(session):
                self._kept = look(session, now=utc_now(), lease_s=LEASE_S)
                if self._tenants:
                    self._by_tenant = ByTenant(events_by_tenant(session), runs_by_tenant(session))
                if now - self._counted_at >= SCHEDULES_KEPT_S:
                    self._schedules, self._counted_at = count_schedules(session), now
        except SQLAlchemyError as error:
            log.warning("backlog_unknown", reason=type(error).__name__)
            self._kept = None
        self._looked_at = time.monotonic()
        return self._kept
