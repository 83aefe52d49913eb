"""Who is in one group with an alarm, and which alarms could be: those that are looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from runtime.alarms import store
from runtime.alarms._tables import AlarmRow
from runtime.alarms.documents import AlarmView
from runtime.alarms.store import AlarmFilter

CHILDREN_SHOWN = 20
FOUND_MAX = 8
AROUND = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """An alarm's parent and children, the worst first; one child more than is shown, if any."""

    parent: AlarmView | None
    children: Sequence[AlarmView]


def family_of(session: Session, tenant_id: UUID, alarm: AlarmView) -> Family:
    """Give what an alarm is under, and what is under it."""
    under = AlarmFilter(state="", parent_id=alarm.id)
    limit = CHILDREN_SHOWN + 1
    return Family(
        parent=store.find_alarm(session, tenant_id, alarm.parent_id) if alarm.parent_id else None,
        children=store.list_alarms(session, tenant_id, under, sort="-severity", limit=limit),
    )


def count_children(session: Session, tenant_id: UUID, parent_id: UUID, *, most: int) -> int:
    """Count the alarms under one, cleared ones too, as far as `most`; answered by an index."""
    under = (
        select(AlarmRow.parent_id)
        .where(AlarmRow.tenant_id == tenant_id, AlarmRow.parent_id == parent_id)
        .limit(most)
    )
    return session.scalar(select(func.count()).select_from(under.subquery())) or 0


def ancestors_of(session: Session, tenant_id: UUID, alarm_id: UUID) -> Iterator[UUID]:
    """Give what an alarm is under, the nearest first, to the top."""
    seen, one = {alarm_id}, _parent_of(session, tenant_id, alarm_id)
    while one is not None and one not in seen:
        seen.add(one)
        yield one
        one = _parent_of(session, tenant_id, one)


def _parent_of(session: Session, tenant_id: UUID, alarm_id: UUID) -> UUID | None:
    return session.scalar(
        select(AlarmRow.parent_id).where(AlarmRow.tenant_id == tenant_id, AlarmRow.id == alarm_id)
    )


def could_join(session: Session, tenant_id: UUID, alarm: AlarmView, words: str) -> list[AlarmView]:
    """List active alarms with these words that are not in its group; the newest first.

    Without words, the worst that came within a quarter of an hour of it.
    """
    at = alarm.first_raised_at
    near = AlarmFilter(since=at - AROUND, until=at + AROUND)
    wanted, sort = (AlarmFilter(q=words), "-last_raised_at") if words else (near, "-severity")
    found = store.list_alarms(
        session, tenant_id, wanted, sort=sort, limit=FOUND_MAX + CHILDREN_SHOWN
    )
    others = [
        one
        for one in found
        if one.parent_id != alarm.id and one.id not in (alarm.id, alarm.parent_id)
    ]
    return others[:FOUND_MAX]
