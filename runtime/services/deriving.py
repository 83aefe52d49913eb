"""Deriving how services went from an instant on, and writing what differs from the record.

Derived by reading alone, and written by another step: on SQLite a derivation would otherwise keep
the correlator waiting. Deriving again changes nothing, so whatever dies in between is done anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from runtime.alarms.lives import Life, lives_of
from runtime.alarms.policy.store import policy_of
from runtime.inventory.graph import Graph
from runtime.inventory.topology import graph_of
from runtime.maintenance.covering import Near, windows_between
from runtime.maintenance.scope import CONDITION, EVERYTHING
from runtime.services._tables import ServiceAlarm, ServiceRow
from runtime.services.model import footing_of
from runtime.services.record import add_moments, cause_document, moments_since
from runtime.services.spans import Span, joined
from runtime.services.state import Footing, derive
from runtime.services.timeline import Moment, corrections, in_force
from runtime.services.words import cause_of
from runtime.wake import tell_pages_after_commit
from tenancy.scope import system

LATE_MAX = timedelta(days=400)
_TICK = timedelta(microseconds=1)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A service to derive: from when on, and which alarms it may not know of yet."""

    row: ServiceRow
    since: datetime
    alarm_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What came out: moments to add, how the service does now, and its alarms as they are now."""

    service_id: UUID
    revision: int
    moments: Sequence[Moment]
    now: Moment
    alarms: Mapping[UUID, Life] = field(default_factory=dict)


def derive_services(
    session: Session,
    tenant_id: UUID,
    asked: Iterable[Asked],
    *,
    now: datetime,
    is_first: bool = False,
) -> list[Derived]:
    """Derive some of a tenant's services; nothing is written.

    What lies so far back that cleared alarms may be purged is left as it was recorded, unless a
    service `is_first` derived.
    """
    wanted = list(asked)
    if not wanted:
        return []
    first = min(one.since for one in wanted)
    near = windows_between(session, tenant_id, first=first, last=now)
    graph = graph_of(session, tenant_id)
    policy = policy_of(session, tenant_id)
    kept = min(policy.acknowledged_kept_days, policy.cleared_kept_days)
    floor = now - (LATE_MAX if is_first else timedelta(days=max(1, kept - 1)))
    return [_derived(session, one, graph, near, bounds=(floor, now)) for one in wanted]


def write_derived(
    session: Session, tenant_id: UUID, found: Iterable[Derived], *, now: datetime
) -> bool:
    """Write what was derived, in the caller's transaction; False where a service moved meanwhile.

    Then nothing of it holds any more: roll back, and derive anew.
    """
    is_news = False
    for one in found:
        last = one.now
        values = {"is_down": last.is_down, "since": last.at, "cause": cause_document(last.cause)}
        done = session.execute(
            update(ServiceRow)
            .where(
                ServiceRow.tenant_id == tenant_id,
                ServiceRow.id == one.service_id,
                ServiceRow.revision == one.revision,
            )
            .values(state=last.state, state_rank=last.state.rank, **values)
            .returning(ServiceRow.id)
            .execution_options(synchronize_session="fetch")
        ).first()
        if done is None:
            return False
        is_news = is_news or bool(one.moments)
        add_moments(session, tenant_id, one.service_id, one.moments, now=now)
        _remember_alarms(session, tenant_id, one)
    if is_news:
        tell_pages_after_commit(session, tenant_id, "services", {})
    return True


def planned_on(footing: Footing, near: Iterable[Near]) -> list[Span]:
    """Give when work on the service itself was or is planned."""
    about = (one for one in near if is_about(footing.own_key, one))
    return joined(Span(*time) for one in about for time in one.times)


def is_about(key: str, near: Near) -> bool:
    """Tell whether planned work is about this very key."""
    kind = near.area.scope.kind
    return kind == EVERYTHING or (kind != CONDITION and key in near.area.keys)


def _derived(
    session: Session,
    asked: Asked,
    graph: Graph,
    near: Sequence[Near],
    *,
    bounds: tuple[datetime, datetime],
) -> Derived:
    row = asked.row
    floor, now = max(bounds[0], row.defined_at), bounds[1]
    since = max(asked.since, floor)
    footing = footing_of(row.key, row.document, row.footing)
    known = _known_alarms(session, row, since)
    lives = lives_of(session, row.tenant_id, asked.alarm_ids.union(known))
    moved = [
        one.raised_at for one in lives if one.raised_at < known.get(one.alarm_id, one.raised_at)
    ]
    since = max(min([since, *moved]), floor)
    # What is read may be newer than `now`, and counts: its line is not followed again.
    until = max([now, since, *(one.stages[-1].at for one in lives)])
    moments = derive(
        footing,
        lives,
        planned=planned_on(footing, near),
        period=Span(since, until + _TICK),
        describe=partial(cause_of, graph=graph, own_key=row.key),
    )
    recorded = moments_since(session, row.tenant_id, [row.id], since=since)[row.id]
    new = corrections(recorded, moments, since=since)
    return Derived(
        service_id=row.id,
        revision=row.revision,
        moments=new,
        now=in_force([*recorded, *new])[-1],
        alarms={one.alarm_id: one for one in lives},
    )


def _known_alarms(session: Session, row: ServiceRow, since: datetime) -> dict[UUID, datetime]:
    found = session.execute(
        select(ServiceAlarm.alarm_id, ServiceAlarm.raised_at).where(
            ServiceAlarm.tenant_id == row.tenant_id,
            ServiceAlarm.service_id == row.id,
            or_(ServiceAlarm.ended_at.is_(None), ServiceAlarm.ended_at >= since),
        )
    )
    return {one.alarm_id: one.raised_at for one in found}


def _remember_alarms(session: Session, tenant_id: UUID, one: Derived) -> None:
    """Keep which alarms concern the service, and until when they stood."""
    there = _remembered(session, tenant_id, one)
    rows = {
        alarm_id: {
            "tenant_id": tenant_id,
            "service_id": one.service_id,
            "alarm_id": alarm_id,
            "raised_at": life.raised_at,
            "ended_at": life.ended_at,
        }
        for alarm_id, life in sorted(one.alarms.items())
        if there.get(alarm_id) != (life.raised_at, life.ended_at)
    }
    new = [row for alarm_id, row in rows.items() if alarm_id not in there]
    moved = [row for alarm_id, row in rows.items() if alarm_id in there]
    if new:
        session.execute(insert(ServiceAlarm), new)
    if moved:
        with system(session):  # an UPDATE by keys; the keys were read as the tenant's own
            session.execute(update(ServiceAlarm), moved)


def _remembered(
    session: Session, tenant_id: UUID, one: Derived
) -> dict[UUID, tuple[datetime, datetime | None]]:
    found: dict[UUID, tuple[datetime, datetime | None]] = {}
    ids = sorted(one.alarms)
    for begin in range(0, len(ids), _AT_ONCE):
        rows = session.execute(
            select(ServiceAlarm.alarm_id, ServiceAlarm.raised_at, ServiceAlarm.ended_at).where(
                ServiceAlarm.tenant_id == tenant_id,
                ServiceAlarm.service_id == one.service_id,
                ServiceAlarm.alarm_id.in_(ids[begin : begin + _AT_ONCE]),
            )
        )
        found |= {row.alarm_id: (row.raised_at, row.ended_at) for row in rows}
    return found


def standing_alarms(session: Session, tenant_id: UUID, service_id: UUID) -> list[UUID]:
    """Give the alarms that concern a service and stand, as it was derived last."""
    return list(
        session.scalars(
            select(ServiceAlarm.alarm_id).where(
                ServiceAlarm.tenant_id == tenant_id,
                ServiceAlarm.service_id == service_id,
                ServiceAlarm.ended_at.is_(None),
            )
        )
    )
