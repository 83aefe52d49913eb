"""A tenant's maintenance windows: plan, change, end early, remove; and which hold at an instant.

What a window holds is let go by `runtime.alarms.holding`: a window that is changed, ended or
removed only says until when. Nothing has to run when a window begins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.clock import format_instant, parse_instant
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id
from kernel.kept import Kept
from runtime.alarms.documents import alarm_document
from runtime.alarms.holding.holds import MAINTENANCE, count_held, held_by, hold_until, let_go
from runtime.inventory.topology import graph_of
from runtime.maintenance._tables import WindowRow
from runtime.maintenance.model import Times, Window, parse_window, window_document
from tenancy.rows import get_owned

log = structlog.get_logger(__name__)

WINDOWS_MAX = 1_000
HELD_MAX = 100_000
_windows: Kept[tuple[UUID, int], Window] = Kept(4_000)


class WindowChangedError(ConflictError):
    """Somebody else saved the window since it was read."""

    code = "maintenance.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    """One window, when it is next, and how many alarms it holds."""

    id: UUID
    window: Window
    revision: int
    uid: str
    updated_at: datetime
    updated_by: str
    next: Times | None
    held: int = 0

    def state(self, now: datetime) -> str:
        """Say whether it is now, coming or past."""
        if self.next is None:
            return "past"
        return "now" if self.next.start <= now else "coming"


def plan_window(
    session: Session, tenant_id: UUID, *, document: Any, by: str, now: datetime, uid: str = ""
) -> WindowView:
    """Plan work; raises InvalidError naming each field, ConflictError where there are too many."""
    window = parse_window(document)
    mine = WindowRow.tenant_id == tenant_id
    if (session.scalar(select(func.count(WindowRow.id)).where(mine)) or 0) >= WINDOWS_MAX:
        raise ConflictError(f"there are {WINDOWS_MAX:,} windows already: remove past ones first")
    row = WindowRow(id=new_id(), tenant_id=tenant_id, revision=1, uid=uid)
    _write(row, window, by=by, now=now)
    session.add(row)
    session.flush()
    log.info("maintenance_planned", window_id=str(row.id))
    return _view_of(row, now=now)


def save_window(  # noqa: PLR0913  who changes what, on which revision and when
    session: Session,
    tenant_id: UUID,
    window_id: UUID,
    *,
    document: Any,
    expected_revision: int,
    by: str,
    now: datetime,
) -> WindowView:
    """Change a window; what it holds and no longer covers is let go now, the rest when it ends.

    Raises:
        InvalidError: naming each field that cannot be taken.
        WindowChangedError: somebody else saved it meanwhile.
    """
    window = parse_window(document)
    row = _locked(session, tenant_id, window_id)
    if row.revision != expected_revision:
        raise WindowChangedError(
            f"{row.updated_by or 'somebody'} saved this window meanwhile: load it again",
            revision=row.revision,
        )
    _write(row, window, by=by, now=now)
    row.cuts = {}
    row.revision += 1
    session.flush()
    _hold_anew(session, tenant_id, row, now=now)
    return _view_of(row, now=now)


def end_window(
    session: Session, tenant_id: UUID, window_id: UUID, *, by: str, now: datetime
) -> WindowView:
    """End the time that is now; raises ConflictError when none is."""
    row = _locked(session, tenant_id, window_id)
    window = window_of(row)
    time = window.time_at(now)
    if time is None:
        raise ConflictError("this work is not under way: there is nothing to end")
    row.cuts = {**row.cuts, format_instant(time.start): format_instant(now)}
    row.updated_at, row.updated_by = now, by
    row.revision += 1
    if not row.rrule:
        row.until_at = now
    session.flush()
    let_go(session, tenant_id, window_id, until=now)
    log.info("maintenance_ended", window_id=str(window_id))
    return _view_of(row, now=now)


def remove_window(session: Session, tenant_id: UUID, window_id: UUID, *, now: datetime) -> Window:
    """Remove a window; what it holds is let go now."""
    row = _locked(session, tenant_id, window_id)
    gone = window_of(row)
    let_go(session, tenant_id, window_id, until=now)
    session.delete(row)
    session.flush()
    return gone


def get_window(session: Session, tenant_id: UUID, window_id: UUID, *, now: datetime) -> WindowView:
    """Give one window; raises NotFoundError."""
    row = get_owned(session, WindowRow, tenant_id, window_id, name="maintenance window")
    held = count_held(session, tenant_id, MAINTENANCE)
    return _view_of(row, now=now, held=held.get(window_id, 0))


def list_windows(
    session: Session, tenant_id: UUID, *, state: str = "", q: str = "", now: datetime
) -> list[WindowView]:
    """List windows: those now or coming by when they are next, past ones by when they were."""
    wanted = select(WindowRow).where(WindowRow.tenant_id == tenant_id)
    if q:
        wanted = wanted.where(WindowRow.name.icontains(q, autoescape=True))
    held = count_held(session, tenant_id, MAINTENANCE)
    views = [_view_of(row, now=now, held=held.get(row.id, 0)) for row in session.scalars(wanted)]
    found = [one for one in views if not state or one.state(now) == state]
    later = [one for one in found if one.next is not None]
    past = sorted(
        (one for one in found if one.next is None),
        key=lambda one: (one.window.until or one.window.ends_at, one.id),
        reverse=True,
    )
    return [*sorted(later, key=_by_next), *past]


def find_by_uid(session: Session, tenant_id: UUID, uid: str, *, now: datetime) -> WindowView | None:
    """Give the window that a calendar calls so, or None."""
    row = session.scalar(
        select(WindowRow).where(WindowRow.tenant_id == tenant_id, WindowRow.uid == uid)
    )
    return _view_of(row, now=now) if row is not None else None


def find_parts(session: Session, tenant_id: UUID, start: str) -> set[str]:
    """List what calendars call windows, of those that begin so."""
    wanted = WindowRow.uid.startswith(start, autoescape=True)
    mine = WindowRow.tenant_id == tenant_id
    return set(session.scalars(select(WindowRow.uid).where(mine, wanted)))


def view_document(one: WindowView, now: datetime) -> dict[str, Any]:
    """Write a window as JSON."""
    upcoming = one.next
    return {
        "id": str(one.id),
        **window_document(one.window),
        "state": one.state(now),
        "next": {"start": format_instant(upcoming.start), "end": format_instant(upcoming.end)}
        if upcoming
        else None,
        "held": one.held,
        "revision": one.revision,
        "updated_at": format_instant(one.updated_at),
        "updated_by": one.updated_by,
    }


def _by_next(one: WindowView) -> tuple[datetime, UUID]:
    if one.next is None:
        raise NotFoundError("a past window has no next time")
    return one.next.start, one.id


def _hold_anew(session: Session, tenant_id: UUID, row: WindowRow, *, now: datetime) -> None:
    """Let go what the changed window no longer covers; hold the rest until its new end."""
    window = window_of(row)
    area = window.scope.over(graph_of(session, tenant_id))
    ends = {}
    for alarm in held_by(session, tenant_id, row.id, limit=HELD_MAX):
        time = window.time_at(alarm.changed_at)
        covers = time is not None and window.suppresses and area.takes_in(alarm_document(alarm))
        ends[alarm.id] = time.end if time is not None and covers else now
    hold_until(session, tenant_id, row.id, ends)


def _locked(session: Session, tenant_id: UUID, window_id: UUID) -> WindowRow:
    return get_owned(session, WindowRow, tenant_id, window_id, name="maintenance window", lock=True)


def _write(row: WindowRow, window: Window, *, by: str, now: datetime) -> None:
    row.name, row.note, row.zone = window.name, window.note, window.zone.key
    row.starts_at, row.ends_at, row.rrule = window.starts_at, window.ends_at, window.rrule
    row.skipped = sorted(map(format_instant, window.skipped))
    row.cuts = row.cuts or {}
    row.scope, row.suppresses = dict(window.scope.document), window.suppresses
    row.until_at, row.updated_at, row.updated_by = window.until, now, by[:200]


def window_of(row: WindowRow) -> Window:
    """Read a row, kept for its revision."""
    return _windows.get((row.id, row.revision), lambda: _read(row))


def _read(row: WindowRow) -> Window:
    document = {
        "name": row.name,
        "note": row.note,
        "zone": row.zone,
        "starts_at": format_instant(row.starts_at),
        "ends_at": format_instant(row.ends_at),
        "rrule": row.rrule,
        "skipped": row.skipped,
        "scope": row.scope,
        "suppresses": row.suppresses,
    }
    cuts = {parse_instant(start): parse_instant(end) for start, end in row.cuts.items()}
    return replace(parse_window(document), id=row.id, revision=row.revision, cuts=cuts)


def _view_of(row: WindowRow, *, now: datetime, held: int = 0) -> WindowView:
    window = window_of(row)
    return WindowView(
        id=row.id,
        window=window,
        revision=row.revision,
        uid=row.uid,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        next=window.next_time(now),
        held=held,
    )


def upcoming_times(window: Window, *, now: datetime, count: int = 5) -> list[Times]:
    """Give the next times of a window, the one that is now among them."""
    found: list[Times] = []
    at = now
    while len(found) < count and (time := window.next_time(at)) is not None:
        found.append(time)
        at = time.end if time.end > at else at + timedelta(seconds=1)
    return found
