"""How much waits, and since when: what the database alone can tell, whichever process asks.

Counted from indexes that hold open work only, so a million finished runs cost nothing; work of all
tenants together, so that no answer grows with their number or tells one about another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.db import Base, UtcDateTime
from runtime._tables import Lease
from runtime.alarms._tables import JournalEntry
from runtime.approvals._tables import Approval
from runtime.approvals.model import ApprovalState
from runtime.runs._tables import EventWait, Run, RunState, StepRecord, StepState
from runtime.schedules._tables import ScheduleMark

UNDER_WAY = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)
LOOK_MAX_MS = 5_000
LAPSED_LOOKED_AT = 1_000
_NOW = bindparam("now", type_=UtcDateTime())


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many wait, and how long the one that has waited longest."""

    count: int = 0
    oldest_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits for whom.

    Attributes:
        steps: Due steps by the group of workers that is to perform them, "" the main one.
        under_way: Runs by state.
        step_leases: Steps that workers perform right now.
        lapsed_s: Since when the longest lapsed of their leases was to be renewed; 0 for none.
        leads_s: By part, for how long its leader's lease still holds; negative when it has run out.
    """

    journal: Waiting
    runs: Waiting
    steps: Mapping[str, Waiting]
    under_way: Mapping[RunState, int]
    waits: int
    approvals: int
    step_leases: int
    lapsed_s: float
    leads_s: Mapping[str, float]


def look(session: Session, *, now: datetime, lease_s: float) -> Backlog:
    """Look at everything; in system scope, in a transaction that only reads.

    Args:
        session: One of its own: on PostgreSQL its statements give up after five seconds.
        now: The present instant.
        lease_s: For how long a step is leased.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL statement_timeout = {LOOK_MAX_MS}"))
    leases, lapsed_s = _step_leases(session, now=now, lease_s=lease_s)
    return Backlog(
        journal=journal_backlog(session, now=now),
        runs=_waiting(session, _due_runs(), now),
        steps=due_steps(session, now=now),
        under_way={state: session.scalar(_runs_in(state)) or 0 for state in UNDER_WAY},
        waits=session.scalar(select(func.count(EventWait.id))) or 0,
        approvals=session.scalar(_open_approvals()) or 0,
        step_leases=leases,
        lapsed_s=lapsed_s,
        leads_s=leaders(session, now=now),
    )


def journal_backlog(session: Session, *, now: datetime) -> Waiting:
    """Tell how many events wait for the correlator, and how far it is behind; in system scope."""
    undone = JournalEntry.done_at.is_(None)
    first = select(JournalEntry.received_at).where(undone).order_by(JournalEntry.seq).limit(1)
    oldest = session.scalar(first)
    if oldest is None:
        return Waiting()
    count = session.scalar(select(func.count(JournalEntry.seq)).where(undone)) or 0
    return Waiting(count=count, oldest_s=_age_s(oldest, now))


def due_steps(session: Session, *, now: datetime) -> dict[str, Waiting]:
    """Tell by worker group how many steps wait for a worker; in system scope."""
    found = session.execute(_due_steps(), {"now": now})
    return {group: Waiting(count=n, oldest_s=_age_s(at, now)) for group, n, at in found}


def leaders(session: Session, *, now: datetime) -> dict[str, float]:
    """Tell for each part that one process plays for how long its lease still holds, in seconds."""
    found = session.execute(select(Lease.name, Lease.until))
    return {name: (until - now).total_seconds() for name, until in found}


def count_schedules(session: Session) -> int:
    """Count the schedules of live workflows; in system scope."""
    return session.scalar(select(func.count(ScheduleMark.id))) or 0


def events_by_tenant(session: Session) -> dict[str, int]:
    """Count the events that wait for the correlator by their tenant's short name."""
    undone = JournalEntry.done_at.is_(None)
    found = select(JournalEntry.tenant_id, func.count(JournalEntry.seq)).where(undone)
    counted: dict[UUID, int] = dict(session.execute(found.group_by(JournalEntry.tenant_id)).all())
    if not counted:
        return {}
    organisation = Base.metadata.tables["organisation"]
    slugs = select(organisation.c.id, organisation.c.slug).where(organisation.c.id.in_(counted))
    return {slug: counted[tenant_id] for tenant_id, slug in session.execute(slugs)}


def runs_by_tenant(session: Session) -> dict[str, int]:
    """Count the runs that are not over by their tenant's short name, of those that have any."""
    found = session.execute(_runs_of_each())
    return {slug: number for slug, number in found if number}


@cache
def _runs_of_each() -> Select[Any]:
    """Count by tenant and state, so that each count is a stretch of an index, as below."""
    organisation = Base.metadata.tables["organisation"]
    counts = [
        select(func.count())
        .where(Run.tenant_id == organisation.c.id, Run.state == state)
        .correlate(organisation)
        .scalar_subquery()
        for state in UNDER_WAY
    ]
    return select(organisation.c.slug, sum(counts[1:], start=counts[0]))


@cache  # made at first use: only then are the types of foreign keys known
def _due_runs() -> Select[int, datetime | None]:
    return select(func.count(Run.due_at), func.min(Run.due_at)).where(Run.due_at <= _NOW)


@cache
def _due_steps() -> Select[str, int, datetime | None]:
    group, due_at = StepRecord.worker_group, StepRecord.due_at
    found = select(group, func.count(due_at), func.min(due_at)).where(due_at <= _NOW)
    return found.group_by(group)


@cache
def _runs_in(state: RunState) -> Select[Any]:
    """Count by tenant, so that each count is a stretch of an index and no row is read."""
    return _over_tenants(Run.tenant_id, Run.state, state)


@cache
def _open_approvals() -> Select[Any]:
    return _over_tenants(Approval.tenant_id, Approval.state, ApprovalState.OPEN)


def _over_tenants(
    tenant_id: InstrumentedAttribute[UUID], state: InstrumentedAttribute[Any], wanted: Any
) -> Select[Any]:
    organisation = Base.metadata.tables["organisation"]
    mine = select(func.count()).where(tenant_id == organisation.c.id, state == wanted)
    return select(func.sum(mine.correlate(organisation).scalar_subquery())).select_from(
        organisation
    )


def _step_leases(session: Session, *, now: datetime, lease_s: float) -> tuple[int, float]:
    """Count the leases that hold, and tell how long the worst of the others has been over.

    A lease's end is the step's `due_at`, so those that hold end within a lease's time. Of a long
    backlog only the steps that have been due longest are looked at.
    """
    until = now + timedelta(seconds=lease_s)
    running = StepRecord.state == StepState.RUNNING
    held = select(func.count()).where(StepRecord.due_at > now, StepRecord.due_at <= until, running)
    longest = (
        select(StepRecord.due_at, StepRecord.state)
        .where(StepRecord.due_at <= now)
        .order_by(StepRecord.due_at)
        .limit(LAPSED_LOOKED_AT)
        .subquery()
    )
    lapsed = select(func.min(longest.c.due_at)).where(longest.c.state == StepState.RUNNING)
    return session.scalar(held) or 0, _age_s(session.scalar(lapsed), now)


def _waiting(session: Session, wanted: Select[int, datetime | None], now: datetime) -> Waiting:
    count, oldest = session.execute(wanted, {"now": now}).one()
    return Waiting(count=count, oldest_s=_age_s(oldest, now))


def _age_s(at: datetime | None, now: datetime) -> float:
    return max((now - at).total_seconds(), 0.0) if at is not None else 0.0
