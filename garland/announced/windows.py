"""A provider's maintenance as a window of one's own, so that alarms of that work are held back.

The window is found again by its uid: once the provider moves the work, the window can follow.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import ConflictError
from runtime.maintenance.model import window_document
from runtime.maintenance.windows import WindowView, find_by_uid, plan_window, save_window
from tenancy.announcements.model import Kind
from tenancy.announcements.reading import ReceivedView


def window_of(
    session: Session, tenant_id: UUID, one: ReceivedView, *, now: datetime
) -> WindowView | None:
    """Give the window that was planned for an announcement; None where there is none."""
    return find_by_uid(session, tenant_id, _uid(one), now=now)


def has_moved(window: WindowView, one: ReceivedView) -> bool:
    """Tell whether the work is at other times than the window."""
    mine = (window.window.starts_at, window.window.ends_at)
    return mine != (one.said.work_starts, one.said.work_ends)


def plan_along(
    session: Session,
    tenant_id: UUID,
    one: ReceivedView,
    scope: dict[str, Any],
    *,
    by: str,
    now: datetime,
) -> WindowView:
    """Plan a window at the times of an announced maintenance, or let the one there is follow it.

    Raises:
        InvalidError: what it is about cannot be taken.
        ConflictError: there is no work to come, or there are too many windows.
    """
    said = one.said
    starts, ends = said.work_starts, said.work_ends
    if said.kind is not Kind.MAINTENANCE or starts is None or ends is None or ends <= now:
        raise ConflictError("there is no work to come that a window could be planned for")
    times = {"starts_at": format_instant(starts), "ends_at": format_instant(ends)}
    there = window_of(session, tenant_id, one, now=now)
    if there is not None:
        document = {**window_document(there.window), **times}
        revision = there.revision
        return save_window(
            session,
            tenant_id,
            there.id,
            document=document,
            expected_revision=revision,
            by=by,
            now=now,
        )
    note = f"Announced{f' by {one.sender}' if one.sender else ''}."
    document = {"name": said.title, "note": note, "zone": said.zone, "scope": scope, **times}
    return plan_window(session, tenant_id, document=document, by=by, now=now, uid=_uid(one))


def _uid(one: ReceivedView) -> str:
    return f"announcement:{one.id}"
