"""Marks set on many alarms of a batch at once, and taken off: one read, one write, one history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms import _deeds
from runtime.alarms._tables import AlarmHistory, AlarmRow, history_row
from runtime.alarms.lifecycle import AckState
from runtime.wake import tell_pages_after_commit
from tenancy.rows import insert_many, update_many

_AT_ONCE = 500


def acknowledge_many(
    session: Session, tenant_id: UUID, who: Mapping[UUID, str], *, now: datetime
) -> None:
    """Take alarms on, each in somebody's name; what is acknowledged or gone is left as it is."""
    unmarked = AlarmRow.ack_state == AckState.UNACKNOWLEDGED
    found = _ids(session, tenant_id, who, unmarked)
    _write(
        session,
        tenant_id,
        [{"id": one, **_deeds.acknowledged(by=who[one], at=now)} for one in found],
    )
    line: dict[str, Any] = {"at": now, "kind": "acknowledged", "facts": {"comment": ""}}
    lines = [history_row(tenant_id, one, by=who[one], **line) for one in found]
    _remember(session, tenant_id, lines)


def suppress_many(
    session: Session,
    tenant_id: UUID,
    who: Mapping[UUID, str],
    *,
    now: datetime,
    planned: Collection[UUID] = frozenset(),
) -> None:
    """Suppress alarms, each in somebody's name; what is suppressed or gone is left as it is.

    Those in `planned` belong to planned work.
    """
    found = _ids(session, tenant_id, who, AlarmRow.suppressed_at.is_(None))
    rows = [
        {"id": one, **_deeds.suppressed(by=who[one], at=now, planned=one in planned)}
        for one in found
    ]
    _write(session, tenant_id, rows)
    lines = [
        history_row(
            tenant_id,
            one,
            at=now,
            kind="suppressed",
            by=who[one],
            facts={"planned": True} if one in planned else {},
        )
        for one in found
    ]
    _remember(session, tenant_id, lines)


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
    found = _ids(session, tenant_id, alarm_ids, ours)
    _write(session, tenant_id, [{"id": one, **_deeds.unsuppressed()} for one in found])
    line: dict[str, Any] = {"at": now, "kind": "unsuppressed", "by": "garland", "facts": {}}
    lines = [history_row(tenant_id, one, **line) for one in found]
    _remember(session, tenant_id, lines)
    return _ids(session, tenant_id, found, AlarmRow.is_active == true())


def _ids(
    session: Session, tenant_id: UUID, alarm_ids: Collection[UUID], fit: ColumnElement[bool]
) -> list[UUID]:
    """Lock those that fit, in one order so that no two wait in a ring."""
    if not alarm_ids:
        return []
    session.flush()
    ordered, found = sorted(alarm_ids), list[UUID]()
    for begin in range(0, len(ordered), _AT_ONCE):
        bite = ordered[begin : begin + _AT_ONCE]
        wanted = (
            select(AlarmRow.id)
            .where(AlarmRow.tenant_id == tenant_id, AlarmRow.id.in_(bite), fit)
            .order_by(AlarmRow.id)
            .with_for_update()
        )
        found += session.scalars(wanted)
    return found


def _write(session: Session, tenant_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    update_many(session, AlarmRow, tenant_id, rows)
    mine = {row["id"] for row in rows}
    for loaded in list(session.identity_map.values()):
        if isinstance(loaded, AlarmRow) and loaded.id in mine:
            session.expire(loaded)


def _remember(session: Session, tenant_id: UUID, lines: Sequence[dict[str, Any]]) -> None:
    if lines:
        insert_many(session, AlarmHistory, lines)
        last = {"id": str(lines[-1]["alarm_id"]), "at": format_instant(lines[-1]["at"])}
        tell_pages_after_commit(session, tenant_id, "alarms", last)
