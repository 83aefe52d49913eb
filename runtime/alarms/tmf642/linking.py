"""What belongs to alarms beside their rows: comments and children, read for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmHistory, AlarmRow
from runtime.alarms.tmf642.mapping import Comment, Links

BITE = 500


def links_of(session: Session, tenant_id: UUID, alarm_ids: Collection[UUID]) -> dict[UUID, Links]:
    """Give the links of each of these alarms of the tenant."""
    ids = sorted(alarm_ids)
    comments: dict[UUID, list[Comment]] = defaultdict(list)
    under: dict[UUID | None, list[UUID]] = defaultdict(list)
    for start in range(0, len(ids), BITE):
        rows = session.scalars(
            select(AlarmHistory)
            .where(
                AlarmHistory.tenant_id == tenant_id,
                AlarmHistory.alarm_id.in_(ids[start : start + BITE]),
                AlarmHistory.kind == "commented",
            )
            .order_by(AlarmHistory.seq)
        )
        for row in rows:
            said = Comment(text=row.facts.get("comment", ""), by=row.by, at=row.at)
            comments[row.alarm_id].append(said)
        children = session.execute(
            select(AlarmRow.parent_id, AlarmRow.id)
            .where(
                AlarmRow.tenant_id == tenant_id,
                AlarmRow.parent_id.in_(ids[start : start + BITE]),
            )
            .order_by(AlarmRow.id)
        )
        for parent_id, child_id in children:
            under[parent_id].append(child_id)
    return {one: Links(comments=tuple(comments[one]), child_ids=tuple(under[one])) for one in ids}
