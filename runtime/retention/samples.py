"""Letting go of made-up alarms, though they stand: everything that came under one source's name.

Only what came by no source of the organisation's own: a real source that is called alike loses
nothing.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.retention.alarms import remove_those
from runtime.wake import tell_pages_after_commit

log = structlog.get_logger(__name__)
BITES_MAX = 100


def count_of_name(session: Session, tenant_id: UUID, source: str) -> int:
    """Count the alarms that came under a name and by no source."""
    mine = select(func.count(AlarmRow.id)).where(AlarmRow.tenant_id == tenant_id, _named(source))
    return session.scalar(mine) or 0


def remove_of_name(
    session: Session, tenant_id: UUID, source: str, *, by: str, now: datetime
) -> int:
    """Remove them with their history; give how many went."""
    gone = 0
    for _ in range(BITES_MAX):
        bite = remove_those(session, tenant_id, _named(source), by=by, now=now)
        gone += bite.alarms
        if not bite.rows:
            break
    tell_pages_after_commit(session, tenant_id, "alarms", {})
    log.info("sample_alarms_removed", tenant_id=str(tenant_id), alarms=gone)
    return gone


def _named(source: str) -> ColumnElement[bool]:
    return and_(AlarmRow.source == source, AlarmRow.source_id.is_(None))
