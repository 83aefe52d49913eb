"""Journal rows read back into events; one that cannot be read is kept as a fault."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from runtime.alarms.journal import ALARM, JournalRow, keep_fault
from runtime.alarms.model import AlarmError, AlarmEvent, parse_event

log = structlog.get_logger(__name__)


def readable_rows(
    session: Session, tenant_id: UUID, rows: Iterable[JournalRow], *, now: datetime
) -> list[tuple[JournalRow, AlarmEvent | None, str]]:
    """Give each row with its event and identity; a notice with None and its alarm's id."""
    found: list[tuple[JournalRow, AlarmEvent | None, str]] = []
    for row in rows:
        if row.kind != ALARM:
            found.append((row, None, row.event["alarm_id"]))
            continue
        try:
            event = parse_event(row.event, is_kept=True)
            found.append((row, event, event.dedup_key))
        except AlarmError as error:
            log.warning("journal_row_unreadable", seq=row.seq, reason=error.message)
            keep_fault(session, tenant_id, error, body=row.event, source_id=row.source_id, now=now)
    return found
