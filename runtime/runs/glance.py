"""Workflows and versions at a glance: what is under way, what ran last; at a million runs too.

What is under way is found by its state, among the tenant's few runs that have not ended; of those
that have, only a workflow's newest ones are looked at, and a count says when there may be more.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Session
from typing_extensions import override

from kernel.tally import Tally
from runtime.runs._tables import Run, RunState

WINDOW = 10_000
SHOWN = 5
NOTHING = Tally(0)
ACTIVE_MAX = 10_000_000  # no tenant has so many: it only keeps the subquery apart
_UNDER_WAY = tuple(state for state in RunState if not state.is_over)


class VersionRuns(NamedTuple):
    """How many runs a version has: not ended, and of the newest 10,000 of its workflow."""

    under_way: int
    newest: Tally


class LastRun(NamedTuple):
    """The newest run of a workflow that is no trial."""

    id: UUID
    state: RunState
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One workflow in a list."""

    under_way: int = 0
    last: LastRun | None = None


def runs_by_version(session: Session, tenant_id: UUID, flow_id: UUID) -> dict[UUID, VersionRuns]:
    """Count a workflow's runs by version, trials left out; versions without runs are not there."""
    mine = (Run.tenant_id == tenant_id, Run.flow_id == flow_id)
    newest = (
        select(Run.version_id, Run.is_trial)
        .where(*mine)
        .order_by(Run.started_at.desc())
        .limit(WINDOW)
        .subquery()
    )
    counted = select(newest.c.version_id, newest.c.is_trial, func.count()).group_by(
        newest.c.version_id, newest.c.is_trial
    )
    rows = session.execute(counted).all()
    is_least = sum(row[2] for row in rows) == WINDOW
    ended = {row[0]: Tally(row[2], is_least=is_least) for row in rows if not row[1]}
    active = _active(tenant_id)
    counts = (
        select(active.c.version_id, func.count())
        .where(active.c.flow_id == flow_id, active.c.is_trial.is_(False))
        .group_by(active.c.version_id)
    )
    under_way = {row[0]: row[1] for row in session.execute(counts)}
    return {
        version: VersionRuns(under_way.get(version, 0), ended.get(version, NOTHING))
        for version in {*ended, *under_way}
    }


def glances(session: Session, tenant_id: UUID, flow_ids: Collection[UUID]) -> dict[UUID, Glance]:
    """Give for each workflow what is under way and how its last run went."""
    active = _active(tenant_id)
    counts = (
        select(active.c.flow_id, func.count())
        .where(active.c.flow_id.in_(flow_ids), active.c.is_trial.is_(False))
        .group_by(active.c.flow_id)
    )
    under_way = {row[0]: row[1] for row in session.execute(counts)}
    return {
        flow_id: Glance(
            under_way=under_way.get(flow_id, 0), last=_last_run(session, tenant_id, flow_id)
        )
        for flow_id in flow_ids
    }


def _last_run(session: Session, tenant_id: UUID, flow_id: UUID) -> LastRun | None:
    """Read it off the index of a workflow's runs by time: one short look a workflow."""
    row = session.execute(
        select(Run.id, Run.state, Run.started_at)
        .where(Run.tenant_id == tenant_id, Run.flow_id == flow_id, Run.is_trial.is_(False))
        .order_by(Run.started_at.desc())
        .limit(1)
    ).first()
    return LastRun(*row) if row is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """Runs that have not ended, trials too: how many, and what the first few are about."""

    count: int
    first: tuple[str, ...] = ()

    @override
    def __str__(self) -> str:
        """Write it for people.

        >>> str(UnderWay(count=3, first=("r1", "r2")))
        '3 runs (r1, r2 and 1 more)'
        """
        more = self.count - len(self.first)
        named = ", ".join(self.first) + (f" and {more} more" if more > 0 else "")
        return f"{self.count:,} {'run' if self.count == 1 else 'runs'} ({named})"


def under_way(
    session: Session, tenant_id: UUID, flow_id: UUID, version_id: UUID | None = None
) -> UnderWay:
    """Tell which runs of a workflow, or of one of its versions, have not ended."""
    active = _active(tenant_id)
    mine = [active.c.flow_id == flow_id]
    if version_id is not None:
        mine.append(active.c.version_id == version_id)
    count = session.scalar(select(func.count()).select_from(active).where(*mine)) or 0
    if not count:
        return UnderWay(count=0)
    first = select(active.c.id, active.c.subject).where(*mine).order_by(active.c.id).limit(SHOWN)
    rows = session.execute(first)
    return UnderWay(count=count, first=tuple(row.subject or str(row.id) for row in rows))


def versions_under_way(session: Session, tenant_id: UUID) -> set[UUID]:
    """Give every version that a run of the tenant is under way on."""
    return set(session.scalars(select(_active(tenant_id).c.version_id).distinct()))


def _active(tenant_id: UUID) -> Subquery:
    """Select a tenant's runs that have not ended, by their state and whatever is asked of them.

    A subquery of its own: in one statement SQLite, which knows nothing of how rare these states
    are, would go through all runs of a workflow instead.
    """
    columns = (Run.id, Run.flow_id, Run.version_id, Run.is_trial, Run.subject)
    wanted = select(*columns).where(Run.tenant_id == tenant_id, Run.state.in_(_UNDER_WAY))
    return wanted.limit(ACTIVE_MAX).subquery()


def count_runs_of(session: Session, tenant_id: UUID, flow_id: UUID, *, at_most: int) -> int:
    """Count a workflow's runs, as far as `at_most`."""
    some = select(Run.id).where(Run.tenant_id == tenant_id, Run.flow_id == flow_id).limit(at_most)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def has_run(
    session: Session, tenant_id: UUID, *, is_trial: bool, flow_id: UUID | None = None
) -> bool:
    """Tell whether a workflow, or any, ever ran: as a trial, or for real."""
    wanted = select(Run.id).where(Run.tenant_id == tenant_id, Run.is_trial.is_(is_trial))
    if flow_id is not None:
        wanted = wanted.where(Run.flow_id == flow_id)
    return session.scalar(wanted.limit(1)) is not None
