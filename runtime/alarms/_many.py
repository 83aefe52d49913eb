"""Suppressing and releasing many alarms at once: two statements, however many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, true, update
from sqlalchemy.orm import Session

from runtime.alarms._tables import WHO_MAX, AlarmHistory, AlarmRow, history_row
from runtime.wake import tell_pages_after_commit
from tenancy.rows import insert_many

_AT_ONCE = 500


def suppress_many(
    session: Session,
    tenant_id: UUID,
    alarm_ids: Mapping[UUID, tuple[str, bool]],
    *,
    now: datetime,
) -> None:
    """Suppress alarms; one that is suppressed stays as it is.

    Args:
        session: The caller's transaction.
        tenant_id: Whose alarms these are.
        alarm_ids: For each in whose name, and whether it belongs to planned work.
        now: The instant it counts from.
    """
    by_name: dict[tuple[str, bool], list[UUID]] = {}
    for alarm_id, (name, planned) in alarm_ids.items():
        by_name.setdefault((name[:WHO_MAX], planned), []).append(alarm_id)
    for (name, planned), ids in by_name.items():
        changed = _change(
            session,
            tenant_id,
            ids,
            {"suppressed_at": now, "suppressed_by": name, "planned_outage": planned},
            AlarmRow.suppressed_at.is_(None),
        )
        facts = {"planned": True} if planned else {}
        rows = _lines(tenant_id, changed, at=now, kind="suppressed", by=name, facts=facts)
        _remember(session, tenant_id, rows)


def release_many(
    session: Session,
    tenant_id: UUID,
    alarm_ids: Collection[UUID],
    *,
    by_prefixes: Iterable[str],
    now: datetime,
) -> list[UUID]:
    """Release alarms that were suppressed in a name with one of the prefixes.

    Returns:
        The alarms that were released and still stand.
    """
    ours = or_(*(AlarmRow.suppressed_by.startswith(one, autoescape=True) for one in by_prefixes))
    changed = _change(
        session,
        tenant_id,
        alarm_ids,
        {"suppressed_at": None, "suppressed_by": "", "planned_outage": False},
        ours,
    )
    rows = _lines(tenant_id, changed, at=now, kind="unsuppressed", by="garland", facts={})
    _remember(session, tenant_id, rows)
    return _standing(session, tenant_id, changed)


def _change(
    session: Session,
    tenant_id: UUID,
    alarm_ids: Collection[UUID],
    values: Mapping[str, Any],
    *where: Any,
) -> list[UUID]:
    found: list[UUID] = []
    for bite in _bites(alarm_ids):
        mine = (AlarmRow.tenant_id == tenant_id, AlarmRow.id.in_(bite), *where)
        ids = list(session.scalars(select(AlarmRow.id).where(*mine).with_for_update()))
        if ids:
            session.execute(
                update(AlarmRow)
                .where(AlarmRow.tenant_id == tenant_id, AlarmRow.id.in_(ids))
                .values(**values)
                .execution_options(synchronize_session="fetch")
            )
        found += ids
    return found


def _standing(session: Session, tenant_id: UUID, alarm_ids: Collection[UUID]) -> list[UUID]:
    found: list[UUID] = []
    for bite in _bites(alarm_ids):
        mine = (AlarmRow.tenant_id == tenant_id, AlarmRow.id.in_(bite))
        found += session.scalars(select(AlarmRow.id).where(*mine, AlarmRow.is_active == true()))
    return found


def _lines(tenant_id: UUID, alarm_ids: Collection[UUID], **line: Any) -> list[dict[str, Any]]:
    return [history_row(tenant_id, alarm_id, **line) for alarm_id in alarm_ids]


def _remember(session: Session, tenant_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        insert_many(session, AlarmHistory, rows)
        tell_pages_after_commit(session, tenant_id, "alarms", {"changed": len(rows)})


def _bites(alarm_ids: Collection[UUID]) -> Iterable[list[UUID]]:
    ids = sorted(alarm_ids)
    return (ids[begin : begin + _AT_ONCE] for begin in range(0, len(ids), _AT_ONCE))
