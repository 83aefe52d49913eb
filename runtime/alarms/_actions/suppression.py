"""Suppressing an alarm, by a rule or a maintenance window, and letting it show again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms._actions.rows import act, locked
from runtime.alarms.deeds import Deed
from runtime.alarms.documents import AlarmView, view_of


def suppress(
    session: Session,
    tenant_id: UUID,
    alarm_id: UUID,
    *,
    by: str,
    now: datetime,
    planned: bool = False,
) -> AlarmView:
    """Take an alarm out of the active list; a suppressed one stays as it is.

    Args:
        session: The caller's transaction.
        tenant_id: Whose alarm it is.
        alarm_id: Which one.
        by: Who or what suppresses it.
        now: The instant it counts from.
        planned: It belongs to planned work, such as a maintenance window.
    """
    row = locked(session, tenant_id, alarm_id)
    facts = {"planned": True} if planned else {}
    act(session, row, Deed(kind="suppressed", by=by, at=now, facts=facts))
    return view_of(row)


def unsuppress(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Let a suppressed alarm show again with its present severity; another stays as it is."""
    row = locked(session, tenant_id, alarm_id)
    act(session, row, Deed(kind="unsuppressed", by=by, at=now))
    return view_of(row)
