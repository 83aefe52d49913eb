"""Follows the history of alarms and keeps the record of services: a job of whoever leads.

Nothing is asked of the correlator. Each line of the history is taken up once its transaction is
durable; the services that its alarm concerns are derived anew from the line's instant on. What is
to be written goes into one short transaction with the number of the last line, so that a process
that dies leaves a whole record, and another one goes on from there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from uuid import UUID

import structlog
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.kept import Kept
from runtime.alarms.lives import Life, Line, latest_line, lines_after, lines_at, lives_of
from runtime.inventory.topology import version_of
from runtime.maintenance.covering import mark_of_plans
from runtime.services._tables import ServiceAlarm, ServiceFollowing, ServiceRow
from runtime.services.defining import define_anew, is_moved
from runtime.services.deriving import Asked, Derived, derive_services, write_derived
from runtime.services.model import footing_of
from runtime.services.store import ALARMS
from runtime.services.timeline import State
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

LINES = 4_000
ROUNDS_MAX = 3
OVERLAP = 2_000  # lines read again by whoever takes over: those before it may have missed some
GAP_KEPT = timedelta(minutes=10)
GAPS_MAX = 10_000
LOOK_ROUND_EVERY = timedelta(seconds=15)
_footings: Kept[tuple[UUID, int], frozenset[str]] = Kept(20_000)


@dataclass(slots=True)
class _Plan:
    """What one step found: to be written only where nobody else moved on meanwhile."""

    start: int
    end: int
    is_full: bool = False
    derived: dict[UUID, list[Derived]] = field(default_factory=dict)


@dataclass(slots=True)
class Follower:
    """One process's part in following; what it remembers it can do without."""

    sessions: sessionmaker[Session]
    reading: sessionmaker[Session]
    _seen: int | None = None
    _gaps: dict[int, datetime] = field(default_factory=dict)
    _looked_at: datetime | None = None
    _versions: dict[UUID, int] = field(default_factory=dict)
    _marks: dict[UUID, Hashable] = field(default_factory=dict)
    _standing: dict[UUID, Hashable] = field(default_factory=dict)

    def round(self, *, now: datetime) -> int:
        """Take up what is new, then look round now and then; give how many services were derived.

        Call it as the leader only: two at once would each find the other's work done, and undo
        nothing, but do all of it twice. After a failure it looks again at what it had seen.
        """
        try:
            return self._round(now=now)
        except Exception:
            self._seen = None
            self._versions.clear()
            self._marks.clear()
            self._standing.clear()
            raise

    def _round(self, *, now: datetime) -> int:
        derived = 0
        for _ in range(ROUNDS_MAX):
            plan = self._plan(now=now)
            if plan is None:
                break
            if not self._carry_out(plan, now=now):
                log.info("services_moved_meanwhile")
                break
            derived += sum(map(len, plan.derived.values()))
            if not plan.is_full:
                break
        if self._looked_at is None or now - self._looked_at >= LOOK_ROUND_EVERY:
            since, self._looked_at = self._looked_at or now, now
            derived += self._look_round(since=since, now=now)
        return derived

    def _plan(self, *, now: datetime) -> _Plan | None:
        with self.reading() as session:
            following = session.get(ServiceFollowing, ALARMS)
            if following is None:
                return None
            with system(session):
                lines = self._new_lines(session, following.seq, now=now)
                wanted = set(session.scalars(select(ServiceRow.tenant_id).distinct()))
            if not lines:
                return None
            end = max(following.seq, *(line.seq for line in lines))
            plan = _Plan(following.seq, end, is_full=len(lines) >= LINES)
            ordered = sorted(
                (line for line in lines if line.tenant_id in wanted),
                key=lambda line: (str(line.tenant_id), line.seq),
            )
            for tenant_id, mine in groupby(ordered, key=lambda line: line.tenant_id):
                with as_tenant(session, tenant_id):
                    asked = _touched(session, tenant_id, list(mine))
                    plan.derived[tenant_id] = derive_services(session, tenant_id, asked, now=now)
        return plan

    def _new_lines(self, session: Session, seq: int, *, now: datetime) -> list[Line]:
        """Give the lines after a number, and those that were missing before it and are there now.

        A number may be given twice where the newest alarms were purged: then it goes back.
        """
        after = self._seen if self._seen is not None else max(0, seq - OVERLAP)
        if after > (latest := latest_line(session)):
            after = latest
        found = lines_after(session, after, limit=LINES)
        late = lines_at(session, self._gaps) if self._gaps else []
        for line in late:
            del self._gaps[line.seq]
        there = {line.seq for line in found}
        missing = range(after + 1, found[-1].seq) if found and self._seen is not None else range(0)
        new = [number for number in missing if number not in there][:GAPS_MAX]
        kept = {number: at for number, at in self._gaps.items() if now - at < GAP_KEPT}
        self._gaps = dict(list({**kept, **dict.fromkeys(new, now)}.items())[-GAPS_MAX:])
        self._seen = found[-1].seq if found else after
        return [*late, *found]

    def _carry_out(self, plan: _Plan, *, now: datetime) -> bool:
        """Write a plan whole or not at all; one that no longer holds is made anew."""
        with self.sessions() as session, session.begin() as transaction:
            following = session.get(ServiceFollowing, ALARMS, with_for_update=True)
            holds = following is not None and following.seq == plan.start
            for tenant_id, derived in plan.derived.items() if holds else ():
                with as_tenant(session, tenant_id):
                    holds = holds and write_derived(session, tenant_id, derived, now=now)
            if holds and following is not None:
                following.seq = plan.end
                return True
            transaction.rollback()
        self._seen = None
        return False

    def _look_round(self, *, since: datetime, now: datetime) -> int:
        """Derive what changes without a line of an alarm: by planned work, the network, a removal.

        Where none of them did since the last look, nothing is derived.
        """
        derived = 0
        marks: dict[UUID, Hashable] = {}
        standing: dict[UUID, Hashable] = {}
        with self.reading() as session:
            with system(session):
                tenants = sorted(session.scalars(select(ServiceRow.tenant_id).distinct()))
            found: dict[UUID, list[Derived]] = {}
            moved: dict[UUID, list[UUID]] = {}
            for tenant_id in tenants:
                with as_tenant(session, tenant_id):
                    moved[tenant_id] = self._moved(session, tenant_id)
                    plans = mark_of_plans(session, tenant_id, first=since, last=now)
                    marks[tenant_id] = (version_of(session, tenant_id), plans)
                    is_same = self._marks.get(tenant_id) == marks[tenant_id]
                    standing |= (mine := _standing(session, tenant_id))
                    known = self._standing if is_same else {}
                    asked = {key for key, mark in mine.items() if known.get(key) != mark}
                    unwell = _unwell(session, tenant_id, asked)
                    found[tenant_id] = derive_services(session, tenant_id, unwell, now=now)
        for tenant_id, services in found.items():
            news = [one for one in services if one.moments]
            if news or moved[tenant_id]:
                with self.sessions() as session, session.begin(), as_tenant(session, tenant_id):
                    if write_derived(session, tenant_id, news, now=now):
                        derived += len(news)
                    else:
                        del marks[tenant_id]  # a service moved meanwhile: look again
                    for one in moved[tenant_id]:
                        derived += define_anew(session, tenant_id, one, now=now)
        self._marks, self._standing = marks, standing
        return derived

    def _moved(self, session: Session, tenant_id: UUID) -> list[UUID]:
        """Give the services of which the inventory says something new; asked once a version."""
        version = version_of(session, tenant_id)
        if self._versions.get(tenant_id) == version:
            return []
        self._versions[tenant_id] = version
        rows = session.scalars(select(ServiceRow).where(ServiceRow.tenant_id == tenant_id))
        return [row.id for row in rows if is_moved(session, row)]


def _standing(session: Session, tenant_id: UUID) -> dict[UUID, Hashable]:
    """Give the services that do not just work, each with a mark of its alarms that stand.

    An alarm that is removed leaves no line to follow, but fewer that stand.
    """
    rows = session.execute(
        select(
            ServiceRow.id,
            ServiceRow.since,
            func.count(ServiceAlarm.alarm_id),
            func.max(ServiceAlarm.raised_at),
        )
        .outerjoin(
            ServiceAlarm,
            and_(ServiceAlarm.service_id == ServiceRow.id, ServiceAlarm.ended_at.is_(None)),
        )
        .where(ServiceRow.tenant_id == tenant_id, ServiceRow.state != State.WORKING)
        .group_by(ServiceRow.id, ServiceRow.since)
    )
    return {key: tuple(mark) for key, *mark in rows}


def _unwell(session: Session, tenant_id: UUID, wanted: Collection[UUID]) -> Iterable[Asked]:
    if not wanted:
        return []
    rows = session.scalars(
        select(ServiceRow).where(
            ServiceRow.tenant_id == tenant_id, ServiceRow.state != State.WORKING
        )
    )
    return [Asked(row=row, since=row.since) for row in rows if row.id in wanted]


def _touched(session: Session, tenant_id: UUID, lines: Sequence[Line]) -> list[Asked]:
    """Give the services that lines concern, each from the earliest instant that may be new."""
    first: dict[UUID, datetime] = {}
    for line in lines:
        first[line.alarm_id] = min(first.get(line.alarm_id, line.at), line.at)
    lives = lives_of(session, tenant_id, first)
    rows = list(session.scalars(select(ServiceRow).where(ServiceRow.tenant_id == tenant_id)))
    concerned = _concerned(rows)
    since: dict[UUID, datetime] = {}
    alarms: dict[UUID, set[UUID]] = defaultdict(set)
    for life in lives:
        at = _reach(life, first[life.alarm_id])
        for key in {life.managed_object, *life.affected_services}:
            for service_id in concerned.get(key, ()):
                since[service_id] = min(since.get(service_id, at), at)
                alarms[service_id].add(life.alarm_id)
    return [
        Asked(row=row, since=since[row.id], alarm_ids=frozenset(alarms[row.id]))
        for row in rows
        if row.id in since
    ]


def _reach(life: Life, at: datetime) -> datetime:
    """Give since when what a line changed may be new: planned work explains back to the raise."""
    before = [stage.at for stage in life.stages if stage.at <= at]
    return before[-1] if before else at


def _concerned(rows: Iterable[ServiceRow]) -> Mapping[str, Sequence[UUID]]:
    found: dict[str, list[UUID]] = defaultdict(list)
    for row in rows:
        for key in _footings.get((row.id, row.revision), partial(_keys, row)):
            found[key].append(row.id)
    return found


def _keys(row: ServiceRow) -> frozenset[str]:
    return footing_of(row.key, row.document, row.footing).keys
