"""Which windows hold at an instant: read once for a batch of alarms, spelled out and kept."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kernel.kept import Kept
from runtime.inventory.topology import graph_of, version_of
from runtime.maintenance._tables import WindowRow
from runtime.maintenance.model import Times, Window
from runtime.maintenance.scope import Area
from runtime.maintenance.windows import window_of

_areas: Kept[tuple[UUID, int, int], Area] = Kept(1_000)
_times: Kept[tuple[UUID, int, date], tuple[Times, ...]] = Kept(4_000)
_REACH = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Cover:
    """A window that covers an alarm, and until when."""

    window_id: UUID
    window: Window
    end: datetime


@dataclass(frozen=True, slots=True)
class Near:
    """A window with its times between two instants, and all that it is about."""

    window_id: UUID
    window: Window
    times: tuple[Times, ...]
    area: Area


def windows_between(
    session: Session, tenant_id: UUID, *, first: datetime, last: datetime
) -> list[Near]:
    """List the windows with a time between two instants."""
    rows = session.scalars(
        select(WindowRow)
        .where(
            WindowRow.tenant_id == tenant_id,
            WindowRow.starts_at <= last,
            or_(WindowRow.until_at.is_(None), WindowRow.until_at > first),
        )
        .order_by(WindowRow.id)
    )
    near = ((row.id, window_of(row)) for row in rows)
    found = [(key, one, _times_near(key, one, first, last)) for key, one in near]
    return [
        Near(key, one, times, _area_of(session, tenant_id, key, one))
        for key, one, times in found
        if times
    ]


class Covering:
    """Which windows cover alarms between two instants, read once for a batch."""

    def __init__(
        self, session: Session, tenant_id: UUID, *, first: datetime, last: datetime
    ) -> None:
        self._near = windows_between(session, tenant_id, first=first, last=last)

    def __bool__(self) -> bool:
        return bool(self._near)

    def of(self, facts: dict[str, Any], at: datetime) -> list[Cover]:
        """Give the windows that cover an alarm, as its document, at an instant."""
        return [
            Cover(one.window_id, one.window, time.end)
            for one in self._near
            for time in one.times
            if time.start <= at < time.end and one.area.takes_in(facts)
        ]


def count_changed_since(session: Session, tenant_id: UUID, since: datetime) -> int:
    """Count the windows that were made or changed since an instant."""
    changed = select(func.count(WindowRow.id)).where(
        WindowRow.tenant_id == tenant_id, WindowRow.updated_at > since
    )
    return session.scalar(changed) or 0


def mark_of_plans(
    session: Session, tenant_id: UUID, *, first: datetime, last: datetime
) -> Hashable:
    """Give what is another once a window changed, or a time began or ended between two instants."""
    mine = WindowRow.tenant_id == tenant_id
    rows = session.execute(select(WindowRow.id, WindowRow.revision).where(mine))
    near = windows_between(session, tenant_id, first=first, last=last)
    times = ((one.window_id, time.start, time.end <= last) for one in near for time in one.times)
    return frozenset((row.id, row.revision) for row in rows), frozenset(times)


def _times_near(
    window_id: UUID, window: Window, first: datetime, last: datetime
) -> tuple[Times, ...]:
    """Give a window's times between two instants; kept by the day, as batches are short."""
    begins = first.replace(hour=0, minute=0, second=0, microsecond=0)
    if last >= begins + _REACH:
        return tuple(window.times(first, last + timedelta(microseconds=1)))
    near = _times.get(
        (window_id, window.revision, begins.date()),
        lambda: tuple(window.times(begins, begins + _REACH)),
    )
    return tuple(one for one in near if one.end > first and one.start <= last)


def _area_of(session: Session, tenant_id: UUID, window_id: UUID, window: Window) -> Area:
    """Give the area of a window's scope, kept for a version of the inventory."""
    version = version_of(session, tenant_id)
    key = (window_id, window.revision, version)
    return _areas.get(key, lambda: window.scope.over(graph_of(session, tenant_id)))
