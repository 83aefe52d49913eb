"""Which alarms stand on some objects: what topology asks, in one query for many."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, func, select, true
from sqlalchemy.orm import Session

from runtime.alarms._reading import AlarmFilter, fitting
from runtime.alarms._tables import AlarmRow
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.model import Severity

_AT_ONCE = 500
_STANDING = tuple(one for one in reversed(Severity) if one is not Severity.CLEARED)


@dataclass(frozen=True, slots=True)
class Standing:
    """One alarm that stands: on what, since when; of the past, from and until when it did."""

    alarm_id: UUID
    managed_object: str
    raised_at: datetime
    began_at: datetime | None = None
    ended_at: datetime | None = None

    def stands_at(self, at: datetime) -> bool:
        """Tell whether it stands at an instant; one of the present does."""
        has_begun = self.began_at is None or self.began_at <= at
        return has_begun and (self.ended_at is None or at < self.ended_at)


def standing_on(
    session: Session, tenant_id: UUID, objects: Collection[str], *, least: Severity
) -> list[Standing]:
    """List the active alarms on these objects that are at least so severe."""
    wanted = select(AlarmRow.id, AlarmRow.managed_object, AlarmRow.first_raised_at).where(
        AlarmRow.tenant_id == tenant_id,
        AlarmRow.is_active == true(),
        AlarmRow.severity_rank >= least.rank,
    )
    return [Standing(*row) for row in _in_bites(session, wanted, objects)]


@dataclass(frozen=True, slots=True)
class RankedStanding:
    """One alarm that stands: on what, since when, how severe, and what it is under."""

    alarm_id: UUID
    managed_object: str
    raised_at: datetime
    severity_rank: int
    parent_id: UUID | None


def ranked_on(
    session: Session, tenant_id: UUID, objects: Collection[str]
) -> dict[str, list[RankedStanding]]:
    """Give the active alarms on these objects by object, one without any with an empty list."""
    wanted = select(
        AlarmRow.id,
        AlarmRow.managed_object,
        AlarmRow.first_raised_at,
        AlarmRow.severity_rank,
        AlarmRow.parent_id,
    ).where(AlarmRow.tenant_id == tenant_id, AlarmRow.is_active == true())
    found: dict[str, list[RankedStanding]] = {key: [] for key in objects}
    for row in _in_bites(session, wanted, objects):
        found[row.managed_object].append(RankedStanding(*row))
    return found


def counts_on(
    session: Session, tenant_id: UUID, objects: Collection[str] | None = None
) -> dict[str, dict[Severity, int]]:
    """Count what the alarm list shows as active by object and severity; None for all objects.

    Answered by `ix_alarm_active_object` alone.
    """
    sums = (func.sum(case((AlarmRow.severity_rank == one.rank, 1), else_=0)) for one in _STANDING)
    wanted: Select[*tuple[Any, ...]] = (
        select(AlarmRow.managed_object, *sums)
        .where(*fitting(tenant_id, AlarmFilter()))
        .group_by(AlarmRow.managed_object)
    )
    rows = session.execute(wanted) if objects is None else _in_bites(session, wanted, objects)
    return {
        name: {one: int(count) for one, count in zip(_STANDING, counts, strict=True) if count}
        for name, *counts in rows
    }


def worst_on(
    session: Session, tenant_id: UUID, objects: Collection[str], *, limit: int
) -> list[AlarmView]:
    """List the worst active alarms on at most 500 objects, the newest first among equals."""
    rows = session.scalars(
        select(AlarmRow)
        .where(
            *fitting(tenant_id, AlarmFilter()),
            AlarmRow.managed_object.in_(sorted(objects)[:_AT_ONCE]),
        )
        .order_by(AlarmRow.severity_rank.desc(), AlarmRow.last_raised_at.desc(), AlarmRow.id)
        .limit(limit)
    )
    return [view_of(row) for row in rows]


def _in_bites(
    session: Session, wanted: Select[*tuple[Any, ...]], objects: Collection[str]
) -> Iterator[Row[*tuple[Any, ...]]]:
    names = sorted(objects)
    for begin in range(0, len(names), _AT_ONCE):
        bite = AlarmRow.managed_object.in_(names[begin : begin + _AT_ONCE])
        yield from session.execute(wanted.where(bite))
