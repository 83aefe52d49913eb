"""Has what a step wants to wait for happened already?"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms.documents import alarm_document
from runtime.alarms.store import find_alarm


def already_happened(
    session: Session, tenant_id: UUID, kind: str, key: str, *, now: datetime
) -> dict[str, Any] | None:
    """Give the event when there is nothing to wait for any more: the alarm is cleared, or gone.

    The alarm is locked, so that whoever clears it right now finds the wait that is about to be
    written. Other events only count from now on.
    """
    if kind != "alarm-cleared":
        return None
    try:
        found = find_alarm(session, tenant_id, UUID(key), lock=True)
    except ValueError:
        found = None
    if found is None:
        return {"alarm": None, "at": format_instant(now)}
    if found.cleared_at is None:
        return None
    return {"alarm": alarm_document(found), "at": format_instant(found.cleared_at)}
