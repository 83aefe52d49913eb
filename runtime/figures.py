"""How tenants do and how much they use, in numbers alone: what is in them stays theirs.

For who looks after many tenants. What a list of them is put in order by is one probe of an index
for each (its worst open alarm, whether a run failed); what is shown of the few on a page is counted
in one grouped query each. Only in system scope; the caller says which tenants, and answers for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from runtime.alarms._tables import AlarmRow
from runtime.alarms.console._tables import AlarmHour
from runtime.alarms.console.trends import EVENTS
from runtime.alarms.model import Severity
from runtime.runs._tables import Run, RunState

DAY = timedelta(hours=24)
HEALTH = ("fine", "attention", "critical")
"""Attention: a major alarm stands, or a run failed within a day; critical: such an alarm stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One tenant in numbers.

    Attributes:
        alarms: Open alarms by severity, neither suppressed nor shelved; the worst first.
        failed, runs: Runs that were started within a day: those that failed, and all.
        events: Alarm events within a day.
        health: A word of HEALTH.
    """

    alarms: Mapping[str, int] = field(default_factory=dict)
    failed: int = 0
    runs: int = 0
    events: int = 0

    @property
    def health(self) -> str:
        """Tell how it does."""
        if self.alarms.get(Severity.CRITICAL.value):
            return "critical"
        return "attention" if self.failed or self.alarms.get(Severity.MAJOR.value) else "fine"


def health_rank(tenant_id: InstrumentedAttribute[UUID], *, now: datetime) -> ColumnElement[int]:
    """Give the place of a tenant's health in HEALTH, beside the column of its id in a query."""
    worst = (
        select(AlarmRow.severity_rank)
        .where(AlarmRow.tenant_id == tenant_id, *_open())
        .order_by(AlarmRow.severity_rank.desc())
        .limit(1)
    )
    rank = func.coalesce(_beside(worst, tenant_id), 0)
    failed = (
        select(Run.id)
        .where(Run.tenant_id == tenant_id, Run.state == RunState.FAILED, Run.started_at > now - DAY)
        .limit(1)
    )
    return case(
        (rank >= Severity.CRITICAL.rank, 2),
        (or_(rank >= Severity.MAJOR.rank, _beside(failed, tenant_id).is_not(None)), 1),
        else_=0,
    )


def events_beside(tenant_id: InstrumentedAttribute[UUID], *, now: datetime) -> ColumnElement[int]:
    """Give a tenant's alarm events within a day, beside the column of its id in a query."""
    counted = select(func.sum(AlarmHour.number)).where(
        AlarmHour.tenant_id == tenant_id, AlarmHour.hour_at > now - DAY, AlarmHour.what == EVENTS
    )
    return func.coalesce(_beside(counted, tenant_id), 0)


def figures_of(
    session: Session, tenant_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, Figures]:
    """Count for some tenants; in system scope."""
    alarms: dict[UUID, dict[str, int]] = defaultdict(dict)
    standing = (
        select(AlarmRow.tenant_id, AlarmRow.severity_rank, func.count())
        .where(AlarmRow.tenant_id.in_(tenant_ids), *_open())
        .group_by(AlarmRow.tenant_id, AlarmRow.severity_rank)
        .order_by(AlarmRow.severity_rank.desc())
    )
    by_rank = {one.rank: one.value for one in Severity}
    for tenant_id, rank, number in session.execute(standing):
        alarms[tenant_id][by_rank[rank]] = number
    begun = (Run.tenant_id.in_(tenant_ids), Run.started_at > now - DAY)
    runs = _counted(session, select(Run.tenant_id, func.count()).where(*begun))
    has_failed = Run.state == RunState.FAILED
    failed = _counted(session, select(Run.tenant_id, func.count()).where(*begun, has_failed))
    events = _counted(
        session,
        select(AlarmHour.tenant_id, func.sum(AlarmHour.number)).where(
            AlarmHour.tenant_id.in_(tenant_ids),
            AlarmHour.hour_at > now - DAY,
            AlarmHour.what == EVENTS,
        ),
    )
    return {
        one: Figures(
            alarms=alarms.get(one, {}),
            failed=failed.get(one, 0),
            runs=runs.get(one, 0),
            events=events.get(one, 0),
        )
        for one in tenant_ids
    }


def _counted(session: Session, query: Select[UUID, int]) -> dict[UUID, int]:
    tenant_id = query.selected_columns[0]
    return {one: int(number) for one, number in session.execute(query.group_by(tenant_id))}


def _open() -> tuple[Any, ...]:
    """Say what the alarm list shows at first, in the words of its partial index."""
    return (
        AlarmRow.is_active,
        AlarmRow.suppressed_at.is_(None),
        AlarmRow.shelved_until.is_(None),
    )


def _beside(query: Select[Any], column: InstrumentedAttribute[UUID]) -> ScalarSelect[Any]:
    return query.correlate(column.class_).scalar_subquery()
