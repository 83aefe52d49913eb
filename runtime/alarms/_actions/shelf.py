"""The shelf: an alarm is put aside for a while, followed all the same, and comes back by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from runtime.alarms import _deeds
from runtime.alarms._actions.rows import locked, remember, said_text, write
from runtime.alarms._tables import AlarmRow
from runtime.alarms.documents import AlarmView, view_of

REASON_MAX = 500
SHELF_MAX = timedelta(days=366)


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
    _require_ahead(until, now=now)
    row = locked(session, tenant_id, alarm_id)
    if (row.shelved_until, row.shelved_reason) != (until, said):
        write(row, _deeds.shelved(until=until, by=by, reason=said))
        facts = {"until": format_instant(until), "reason": said}
        remember(session, row, "shelved", by=by, now=now, facts=facts)
    return view_of(row)


def unshelve(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, by: str, now: datetime
) -> AlarmView:
    """Bring an alarm back from the shelf with its present severity; another stays as it is."""
    row = locked(session, tenant_id, alarm_id)
    if row.shelved_until is not None:
        take_off(session, row, by=by, now=now)
    return view_of(row)


def take_off(session: Session, row: AlarmRow, *, by: str, now: datetime) -> None:
    """Take a locked row off the shelf."""
    write(row, _deeds.unshelved())
    facts = {"severity": row.perceived_severity.value}
    remember(session, row, "unshelved", by=by, now=now, facts=facts)


def _require_ahead(until: datetime, *, now: datetime) -> None:
    if until.tzinfo is None:
        message = "until: send an instant with a time zone, such as 2026-11-24T18:00:00Z"
    elif until <= now:
        message = "until: choose an instant that lies ahead"
    elif until > now + SHELF_MAX:
        message = f"until: choose an instant within {SHELF_MAX.days} days, and shelve again then"
    else:
        return
    raise InvalidError(message, problems=[Problem("/until", message)])
