"""What belongs to alarms beside their rows: comments and children, read for many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from runtime.alarms._tables import AlarmHistory, AlarmRow
from runtime.alarms.tmf642.mapping import Comment, Links
from tenancy.scope import require_owner, system

BITE = 500


def links_of(session: Session, tenant_id: UUID, alarm_ids: Collection[UUID]) -> dict[UUID, Links]:
    """Give the links of each of these alarms, which were read as the tenant's own.

    Asked for by the alarms alone: with the tenant in the question as well, SQLite reads all that
    the tenant has.
    """
    require_owner(session, tenant_id, of="alarm")
    ids = sorted(alarm_ids)
    comments: dict[UUID, list[Comment]] = defaultdict(list)
    under: dict[UUID | None, list[UUID]] = defaultdict(list)
    with system(session):
        for start in range(0, len(ids), BITE):
            part = ids[start : start + BITE]
            for line in session.scalars(_comments_on(part)):
                said = Comment(text=line.facts.get("comment", ""), by=line.by, at=line.at)
                comments[line.alarm_id].append(said)
            for parent_id, child_id in session.execute(_children_of(part)):
                under[parent_id].append(child_id)
    return {one: Links(comments=tuple(comments[one]), child_ids=tuple(under[one])) for one in ids}


def _comments_on(alarm_ids: Sequence[UUID]) -> Select[AlarmHistory]:
    return (
        select(AlarmHistory)
        .where(AlarmHistory.alarm_id.in_(alarm_ids), AlarmHistory.kind == "commented")
        .order_by(AlarmHistory.seq)
    )


def _children_of(alarm_ids: Sequence[UUID]) -> Select[UUID | None, UUID]:
    return (
        select(AlarmRow.parent_id, AlarmRow.id)
        .where(AlarmRow.parent_id.in_(alarm_ids))
        .order_by(AlarmRow.id)
    )
