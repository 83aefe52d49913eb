"""Who works on an alarm: a name, told apart from who acknowledged it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms._actions.rows import act, locked, said_text
from runtime.alarms._tables import WHO_MAX
from runtime.alarms.deeds import Deed
from runtime.alarms.documents import AlarmView, view_of


def assign(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, owner: str, by: str, now: datetime
) -> AlarmView:
    """Give an alarm to somebody; "" takes it from who has it.

    Raises:
        InvalidError: the name is too long.
    """
    said = said_text("owner", owner, most=WHO_MAX) if owner.strip() else ""
    row = locked(session, tenant_id, alarm_id)
    act(session, row, Deed(kind="assigned", by=by, at=now, facts={"owner": said}))
    return view_of(row)
