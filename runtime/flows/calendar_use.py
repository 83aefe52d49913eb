"""Which workflows would miss a business calendar if it were gone."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from blocks.registry import standard_registry
from runtime.flows._calendar_names import calendars_of
from runtime.flows._tables import FlowRow, FlowVersionRow


def flows_using(session: Session, tenant_id: UUID, calendar: str) -> list[str]:
    """Name the workflows whose draft or live version names a calendar."""
    live = FlowVersionRow.id == FlowRow.live_version_id
    rows = session.execute(
        select(FlowRow.name, FlowRow.draft, FlowVersionRow.document)
        .outerjoin(FlowVersionRow, live)
        .where(FlowRow.tenant_id == tenant_id)
        .order_by(func.lower(FlowRow.name))
    )
    registry = standard_registry()
    documents = ((name, [one for one in found if one]) for name, *found in rows)
    return [
        name
        for name, found in documents
        if any(calendar in calendars_of(one, registry) for one in found)
    ]
