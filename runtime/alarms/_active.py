"""What stands at one source, for who compares it with the source's own list."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import String, cast, select, true
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow, ConditionRow
from runtime.alarms.derived import DEPTH
from runtime.alarms.model import Severity


class ActiveThere(NamedTuple):
    """An active alarm of a source: its identity, what it said last, and how derived it is."""

    id: UUID
    key: str
    severity: Severity
    depth: str | None


def active_of_source(session: Session, tenant_id: UUID, source_id: UUID) -> list[ActiveThere]:
    """Give the active alarms that came by a source."""
    depth = cast(AlarmRow.attributes[DEPTH].as_string(), String)
    found = session.execute(
        select(AlarmRow.id, ConditionRow.dedup_key, AlarmRow.reported_severity, depth)
        .join(ConditionRow, ConditionRow.id == AlarmRow.condition_id)
        .where(
            AlarmRow.tenant_id == tenant_id,
            ConditionRow.tenant_id == tenant_id,
            AlarmRow.source_id == source_id,
            AlarmRow.is_active == true(),
        )
        .order_by(AlarmRow.id)
    )
    return [ActiveThere(*row) for row in found]
