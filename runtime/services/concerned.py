"""Which services an alarm concerns: those that it names, and those that rest on its object."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from runtime.services._tables import ServiceAlarm, ServiceRow
from runtime.services.store import ServiceView, view_of

SHOWN_MAX = 50


def services_of_alarm(
    session: Session, tenant_id: UUID, alarm_id: UUID, *, named: Collection[str]
) -> list[ServiceView]:
    """List them, the worst first.

    Args:
        session: Any.
        tenant_id: Whose.
        alarm_id: Of the alarm.
        named: The keys that the alarm says it affects.
    """
    derived = select(ServiceAlarm.service_id).where(
        ServiceAlarm.tenant_id == tenant_id, ServiceAlarm.alarm_id == alarm_id
    )
    rows = session.scalars(
        select(ServiceRow)
        .where(
            ServiceRow.tenant_id == tenant_id,
            or_(ServiceRow.key.in_(named), ServiceRow.id.in_(derived)),
        )
        .order_by(ServiceRow.state_rank.desc(), ServiceRow.sort_name, ServiceRow.id)
        .limit(SHOWN_MAX)
    )
    return [view_of(row) for row in rows]
