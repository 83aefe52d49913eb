"""What rules did: their firings, how many a day, and which rules fire for the same alarms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from kernel.clock import parse_instant
from kernel.cursors import read_place
from runtime.alarms.documents import AlarmView
from runtime.alarms.store import find_alarms
from runtime.rules._tables import Firing, RuleRow
from runtime.rules.model import Mode

LOOKED_AT_MAX = 5_000
SHARED_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FiringView:
    """One firing: `why` as `reference.trace` writes it, `did` a list of what was done."""

    id: UUID
    rule_id: UUID
    rule_name: str
    alarm_id: UUID
    mode: Mode
    at: datetime
    why: Mapping[str, Any]
    did: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """One firing with the alarm it was for."""

    firing: FiringView
    alarm: AlarmView


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Another rule that fired for alarms a rule fired for.

    Attributes:
        shared: Alarms both fired for, among those looked at.
    """

    rule_id: UUID
    name: str
    shared: int


def firings_of_alarm(session: Session, tenant_id: UUID, alarm_id: UUID) -> list[FiringView]:
    """List what fired for an alarm, newest first."""
    rows = session.execute(
        select(Firing, RuleRow.name)
        .join(RuleRow, RuleRow.id == Firing.rule_id)
        .where(Firing.alarm_id == alarm_id, Firing.tenant_id == tenant_id)
        .order_by(Firing.at.desc(), Firing.id.desc())
        .limit(50)
    )
    return [_view(firing, name) for firing, name in rows]


def firings_of_rule(
    session: Session,
    tenant_id: UUID,
    rule_id: UUID,
    *,
    limit: int = 50,
    after: list[str] | None = None,
) -> list[Fired]:
    """List a rule's firings, newest first; `after` is where the page before ended."""
    wanted = (
        select(Firing, RuleRow.name)
        .join(RuleRow, RuleRow.id == Firing.rule_id)
        .where(Firing.rule_id == rule_id, Firing.tenant_id == tenant_id)
        .order_by(Firing.at.desc(), Firing.id.desc())
        .limit(limit)
    )
    if after is not None:
        at, id_ = read_place(after, parse_instant, UUID)
        wanted = wanted.where((Firing.at < at) | ((Firing.at == at) & (Firing.id < id_)))
    rows = session.execute(wanted).all()
    alarms = find_alarms(session, tenant_id, {firing.alarm_id for firing, _ in rows})
    return [
        Fired(firing=_view(firing, name), alarm=alarms[firing.alarm_id]) for firing, name in rows
    ]


def place_of(fired: Fired) -> tuple[str, str]:
    """Say where a page that ends with a firing ended."""
    return fired.firing.at.isoformat(), str(fired.firing.id)


def fired_by_day(
    session: Session, tenant_id: UUID, rule_id: UUID, *, now: datetime, days: int = 30
) -> list[tuple[datetime, int]]:
    """Count a rule's firings on each of the last days (UTC), oldest first, empty days too."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=days - 1)
    instants = session.scalars(
        select(Firing.at).where(
            Firing.tenant_id == tenant_id, Firing.rule_id == rule_id, Firing.at >= since
        )
    )
    counted = Counter(at.replace(hour=0, minute=0, second=0, microsecond=0) for at in instants)
    starts = [since + timedelta(days=number) for number in range(days)]
    return [(start, counted[start]) for start in starts]


def overlaps_of(session: Session, tenant_id: UUID, rule_id: UUID) -> list[Overlap]:
    """List the rules that fired for the alarms of a rule's newest 5,000 firings, most first."""
    newest = (
        select(Firing.alarm_id)
        .where(Firing.tenant_id == tenant_id, Firing.rule_id == rule_id)
        .order_by(Firing.at.desc())
        .limit(LOOKED_AT_MAX)
        .subquery()
    )
    other = aliased(Firing)
    shared = func.count(other.alarm_id.distinct())
    rows = session.execute(
        select(RuleRow.id, RuleRow.name, shared)
        .select_from(other)
        .join(RuleRow, RuleRow.id == other.rule_id)
        .where(
            other.tenant_id == tenant_id,
            other.rule_id != rule_id,
            other.alarm_id.in_(select(newest.c.alarm_id)),
        )
        .group_by(RuleRow.id, RuleRow.name)
        .order_by(shared.desc(), RuleRow.name)
        .limit(SHARED_SHOWN)
    )
    return [Overlap(rule_id=id_, name=name, shared=number) for id_, name, number in rows]


def count_alarms_of(session: Session, tenant_id: UUID, rule_id: UUID) -> int:
    """Count the alarms of a rule's newest 5,000 firings: what overlaps are a part of."""
    newest = (
        select(Firing.alarm_id)
        .where(Firing.tenant_id == tenant_id, Firing.rule_id == rule_id)
        .order_by(Firing.at.desc())
        .limit(LOOKED_AT_MAX)
        .subquery()
    )
    return session.scalar(select(func.count(newest.c.alarm_id.distinct()))) or 0


def _view(firing: Firing, rule_name: str) -> FiringView:
    """Freeze a firing."""
    return FiringView(
        id=firing.id,
        rule_id=firing.rule_id,
        rule_name=rule_name,
        alarm_id=firing.alarm_id,
        mode=firing.mode,
        at=firing.at,
        why=firing.why,
        did=firing.did,
    )
