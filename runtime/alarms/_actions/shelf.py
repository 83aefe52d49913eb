"""The shelf: an alarm is put aside for a while, followed all the same, and comes back by itself."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from runtime.alarms._actions.rows import act, locked, said_text
from runtime.alarms.deeds import Deed
from runtime.alarms.documents import AlarmView, view_of

REASON_MAX = 500


def shelve(  # noqa: PLR0913  until when and why belong to it
    session: Session,
    tenant_id: UUID,
    alarm_id: UUID,
    *,
    until: datetime,
    reason: str,
    by: str,
    now: datetime,
) -> AlarmView:
    """Put an alarm aside until an instant, for a reason; one that is shelved takes over both.

    It leaves the active list and no rule fires for it; what its source says is followed. A cleared
    one may be shelved too: it stays quiet should it come back.

    Raises:
        InvalidError: `until` is not ahead, or too far; there is no reason.
    """
    said = said_text("reason", reason, most=REASON_MAX)
    _require_zone(until)
    row = locked(session, tenant_id, alarm_id)
    facts = {"until": format_instant(until), "reason": said}
    act(session, row, Deed(kind="shelved", by=by, at=now, facts=facts))
    return view_of(row)


def unshelve(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Bring an alarm back from the shelf with its present severity; another stays as it is."""
    row = locked(session, tenant_id, alarm_id)
    act(session, row, Deed(kind="unshelved", by=by, at=now))
    return view_of(row)


def _require_zone(until: datetime) -> None:
    if until.tzinfo is None:
        message = "until: send an instant with a time zone, such as 2026-11-24T18:00:00Z"
        raise InvalidError(message, problems=[Problem("/until", message)])
