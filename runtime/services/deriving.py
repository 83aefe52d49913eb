"""Deriving how services went from an instant on, and writing what differs from the record.

Derived by reading alone, and written by another step: on SQLite a derivation would otherwise keep
the correlator waiting. Deriving again changes nothing, so whatever dies in between is done anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
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
from tenancy.rows import insert_many, update_many
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
    defined_at: datetime
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

    What lies so far back that cleared alarms are no longer kept is left as it was recorded, unless
    a service `is_first` derived; so is what lies before the end of an alarm that was purged.
    """
    wanted = list(asked)
    if not wanted:
        return []
    policy = policy_of(session, tenant_id)
    kept = min(policy.acknowledged_kept_days, policy.cleared_kept_days)
    floor = now - (LATE_MAX if is_first else timedelta(days=max(1, kept - 1)))
    cases = _cases(session, tenant_id, wanted, floor=floor)
    first = min(one.since for one in cases)
    near = windows_between(session, tenant_id, first=first, last=now)
    graph = graph_of(session, tenant_id)
    ids = [one.row.id for one in cases]
    recorded = moments_since(session, tenant_id, ids, since=first)
    return [_derived(one, recorded[one.row.id], graph, near, now=now) for one in cases]


def write_derived(
    session: Session, tenant_id: UUID, found: Sequence[Derived], *, now: datetime
) -> bool:
    """Write what was derived, in the caller's transaction; False where a service moved meanwhile.

    Then nothing is written: derive anew. A few statements, however many services there are.
    """
    as_read = {one.service_id: (one.revision, one.defined_at) for one in found}
    if _revisions(session, tenant_id, found) != as_read:
        return False
    news = [one for one in found if one.moments]
    if news:
        with system(session):  # an UPDATE by keys; the keys were read as the tenant's own
            session.execute(update(ServiceRow), [_now_of(one) for one in news])
        said = {one.service_id: one.moments for one in news}
        add_moments(session, tenant_id, said, now=now)
        tell_pages_after_commit(session, tenant_id, "services", {})
    _remember_alarms(session, tenant_id, found)
    return True


def _revisions(
    session: Session, tenant_id: UUID, found: Iterable[Derived]
) -> dict[UUID, tuple[int, datetime]]:
    rows = session.execute(
        select(ServiceRow.id, ServiceRow.revision, ServiceRow.defined_at)
        .where(
            ServiceRow.tenant_id == tenant_id, ServiceRow.id.in_([one.service_id for one in found])
        )
        .order_by(ServiceRow.id)
        .with_for_update()
    )
    return {row.id: (row.revision, row.defined_at) for row in rows}


def _now_of(one: Derived) -> dict[str, Any]:
    last = one.now
    return {
        "id": one.service_id,
        "state": last.state,
        "state_rank": last.state.rank,
        "is_down": last.is_down,
        "since": last.at,
        "cause": cause_document(last.cause),
    }


def planned_on(footing: Footing, near: Iterable[Near]) -> list[Span]:
    """Give when work on the service itself was or is planned."""
    about = (one for one in near if is_about(footing.own_key, one))
    return joined(Span(*time) for one in about for time in one.times)


def is_about(key: str, near: Near) -> bool:
    """Tell whether planned work is about this very key."""
    kind = near.area.scope.kind
    return kind == EVERYTHING or (kind != CONDITION and key in near.area.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A service to derive, from when on, with the alarms that concern it."""

    row: ServiceRow
    since: datetime
    lives: Sequence[Life]


def _cases(
    session: Session, tenant_id: UUID, wanted: Iterable[Asked], *, floor: datetime
) -> list[_Case]:
    """Read the alarms of all services at once; one that began earlier than known moves `since`."""
    floors = {one.row.id: max(floor, one.row.defined_at) for one in wanted}
    sinces = {one.row.id: max(one.since, floors[one.row.id]) for one in wanted}
    known = _known_alarms(session, tenant_id, sinces)
    ids = {one.row.id: one.alarm_ids.union(known[one.row.id]) for one in wanted}
    lives = {
        one.alarm_id: one for one in lives_of(session, tenant_id, frozenset().union(*ids.values()))
    }
    cases = []
    for one in wanted:
        mine = [lives[alarm_id] for alarm_id in sorted(ids[one.row.id]) if alarm_id in lives]
        before = known[one.row.id]
        moved = [
            each.raised_at
            for each in mine
            if each.raised_at < before.get(each.alarm_id, each.raised_at)
        ]
        since = max(min([sinces[one.row.id], *moved]), floors[one.row.id])
        cases.append(_Case(row=one.row, since=since, lives=mine))
    return cases


def _derived(
    case: _Case, recorded: Sequence[Moment], graph: Graph, near: Sequence[Near], *, now: datetime
) -> Derived:
    row = case.row
    footing = footing_of(row.key, row.document, row.footing)
    # What is read may be newer than `now`, and counts: its line is not followed again.
    until = max([now, case.since, *(one.stages[-1].at for one in case.lives)])
    moments = derive(
        footing,
        case.lives,
        planned=planned_on(footing, near),
        period=Span(case.since, until + _TICK),
        describe=partial(cause_of, graph=graph, own_key=row.key),
    )
    new = corrections(recorded, moments, since=case.since)
    return Derived(
        service_id=row.id,
        revision=row.revision,
        defined_at=row.defined_at,
        moments=new,
        now=in_force([*recorded, *new])[-1],
        alarms={one.alarm_id: one for one in case.lives},
    )


def _known_alarms(
    session: Session, tenant_id: UUID, sinces: Mapping[UUID, datetime]
) -> dict[UUID, dict[UUID, datetime]]:
    """Give by service the alarms that stood since an instant, and when they were raised."""
    first = min(sinces.values())
    rows = session.execute(
        select(
            ServiceAlarm.service_id,
            ServiceAlarm.alarm_id,
            ServiceAlarm.raised_at,
            ServiceAlarm.ended_at,
        ).where(
            ServiceAlarm.tenant_id == tenant_id,
            ServiceAlarm.service_id.in_(sorted(sinces)),
            or_(ServiceAlarm.ended_at.is_(None), ServiceAlarm.ended_at >= first),
        )
    )
    found: dict[UUID, dict[UUID, datetime]] = {key: {} for key in sinces}
    for one in rows:
        if one.ended_at is None or one.ended_at >= sinces[one.service_id]:
            found[one.service_id][one.alarm_id] = one.raised_at
    return found


def _remember_alarms(session: Session, tenant_id: UUID, found: Sequence[Derived]) -> None:
    """Keep which alarms concern the services, and until when they stood."""
    there = _remembered(session, tenant_id, found)
    rows = {
        (one.service_id, alarm_id): {
            "tenant_id": tenant_id,
            "service_id": one.service_id,
            "alarm_id": alarm_id,
            "raised_at": life.raised_at,
            "ended_at": life.ended_at,
        }
        for one in found
        for alarm_id, life in sorted(one.alarms.items())
        if there.get((one.service_id, alarm_id)) != (life.raised_at, life.ended_at)
    }
    new = [row for key, row in rows.items() if key not in there]
    moved = [row for key, row in rows.items() if key in there]
    insert_many(session, ServiceAlarm, new)
    update_many(session, ServiceAlarm, tenant_id, moved)


def _remembered(
    session: Session, tenant_id: UUID, derived: Sequence[Derived]
) -> dict[tuple[UUID, UUID], tuple[datetime, datetime | None]]:
    found: dict[tuple[UUID, UUID], tuple[datetime, datetime | None]] = {}
    services = [one.service_id for one in derived]
    ids = sorted({alarm_id for one in derived for alarm_id in one.alarms})
    for begin in range(0, len(ids), _AT_ONCE):
        rows = session.execute(
            select(
                ServiceAlarm.service_id,
                ServiceAlarm.alarm_id,
                ServiceAlarm.raised_at,
                ServiceAlarm.ended_at,
            ).where(
                ServiceAlarm.tenant_id == tenant_id,
                ServiceAlarm.service_id.in_(services),
                ServiceAlarm.alarm_id.in_(ids[begin : begin + _AT_ONCE]),
            )
        )
        found |= {(row.service_id, row.alarm_id): (row.raised_at, row.ended_at) for row in rows}
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
