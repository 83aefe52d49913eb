"""Notes that people leave with an alarm."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms._actions.rows import act, locked, said_text
from runtime.alarms.deeds import Deed
from runtime.alarms.documents import AlarmView, view_of

COMMENT_MAX = 2_000


def comment(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, text: str, by: str, now: datetime
) -> AlarmView:
    """Note something with an alarm.

    Raises:
        InvalidError: the text is empty or over 2,000 characters.
    """
    said = said_text("comment", text, most=COMMENT_MAX)
    row = locked(session, tenant_id, alarm_id)
    act(session, row, Deed(kind="commented", by=by, at=now, facts={"comment": said}))
    return view_of(row)
