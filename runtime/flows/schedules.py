"""Which live workflows start by the clock, and when."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.flows._tables import FlowRow, FlowVersionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSchedule:
    """One schedule trigger of one live workflow."""

    tenant_id: UUID
    flow_id: UUID
    version_id: UUID
    trigger_id: str
    cron: str
    timezone: str


def live_schedules(session: Session) -> list[LiveSchedule]:
    """List the schedules of every live, unpaused workflow in reach; call it in system scope."""
    rows = session.scalars(
        select(FlowVersionRow)
        .join(FlowRow, FlowRow.live_version_id == FlowVersionRow.id)
        .where(FlowRow.paused.is_(False))
    )
    return [
        LiveSchedule(
            tenant_id=row.tenant_id,
            flow_id=row.flow_id,
            version_id=row.id,
            trigger_id=id_,
            cron=trigger["cron"],
            timezone=trigger.get("timezone", "UTC"),
        )
        for row in rows
        for id_, trigger in row.document["triggers"].items()
        if trigger["kind"] == "schedule"
    ]
