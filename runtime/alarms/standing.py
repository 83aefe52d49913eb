"""Which alarms stand on some objects: what topology asks, in one query for many."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.alarms.model import Severity

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """One alarm that stands: on what, since when."""

    alarm_id: UUID
    managed_object: str
    raised_at: datetime


def standing_on(
    session: Session, tenant_id: UUID, objects: Collection[str], *, least: Severity
) -> list[Standing]:
    """List the active alarms on these objects that are at least so severe."""
    found: list[Standing] = []
    wanted = sorted(objects)
    for begin in range(0, len(wanted), _AT_ONCE):
        rows = session.execute(
            select(AlarmRow.id, AlarmRow.managed_object, AlarmRow.first_raised_at).where(
                AlarmRow.tenant_id == tenant_id,
                AlarmRow.managed_object.in_(wanted[begin : begin + _AT_ONCE]),
                AlarmRow.is_active == true(),
                AlarmRow.severity_rank >= least.rank,
            )
        )
        found += [Standing(*row) for row in rows]
    return found
