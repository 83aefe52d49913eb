"""What alarms leave behind that are removed: the record of their services stays as it is.

Whoever derives a service anew before the end of an alarm that is gone would take back what it did.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmRow
from runtime.services._tables import ServiceAlarm, ServiceRow
from tenancy.rows import update_many


def leave_as_recorded(session: Session, tenant_id: UUID, alarm_ids: Collection[UUID]) -> None:
    """Let the past of services stay up to the end of cleared alarms; call it before they go.

    Who derives one of them meanwhile finds that it moved, and derives it anew.
    """
    ended = func.max(AlarmRow.cleared_at)
    rows = session.execute(
        select(ServiceAlarm.service_id, ended.label("ended_at"))
        .join(AlarmRow, AlarmRow.id == ServiceAlarm.alarm_id)
        .where(ServiceAlarm.tenant_id == tenant_id, AlarmRow.id.in_(alarm_ids))
        .group_by(ServiceAlarm.service_id)
    )
    ends = {row.service_id: row.ended_at for row in rows}
    if not ends:
        return
    known = session.execute(
        select(ServiceRow.id, ServiceRow.defined_at)
        .where(ServiceRow.tenant_id == tenant_id, ServiceRow.id.in_(sorted(ends)))
        .order_by(ServiceRow.id)
        .with_for_update()
    )
    moved = [
        {"id": row.id, "defined_at": ends[row.id]} for row in known if row.defined_at < ends[row.id]
    ]
    update_many(session, ServiceRow, tenant_id, moved)
