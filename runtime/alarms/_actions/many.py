"""Marks set on many alarms of a batch at once, and taken off: one read, one write, one history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms._tables import AlarmHistory, AlarmRow, line_row
from runtime.alarms.deeds import STATE, Deed, do
from runtime.alarms.lifecycle import AckState
from runtime.wake import tell_pages_after_commit
from tenancy.rows import insert_many, update_many

_AT_ONCE = 500
RELEASED_BY = "garland"


def acknowledge_many(
    session: Session, tenant_id: UUID, who: Mapping[UUID, str], *, now: datetime
) -> None:
    """Take alarms on, each in somebody's name; what is acknowledged or gone is left as it is."""
    unmarked = AlarmRow.ack_state == AckState.UNACKNOWLEDGED
    facts = {"comment": ""}
    deeds = {one: Deed(kind="acknowledged", by=by, at=now, facts=facts) for one, by in who.items()}
    _do(session, tenant_id, deeds, unmarked)


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
    deeds = {
        one: Deed(
            kind="suppressed", by=by, at=now, facts={"planned": True} if one in planned else {}
        )
        for one, by in who.items()
    }
    _do(session, tenant_id, deeds, AlarmRow.suppressed_at.is_(None))


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
    deed = Deed(kind="unsuppressed", by=RELEASED_BY, at=now)
    released = _do(session, tenant_id, dict.fromkeys(alarm_ids, deed), ours)
    return [one["id"] for one in released if one["is_active"]]


def _do(
    session: Session, tenant_id: UUID, deeds: Mapping[UUID, Deed], fit: ColumnElement[bool]
) -> list[dict[str, Any]]:
    """Do to each alarm its deed, where it fits and changes it; give those alarms as they were."""
    changed, rows, lines = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
    for alarm in _states(session, tenant_id, deeds, fit):
        step = do(alarm, deeds[alarm["id"]])
        if step.lines:
            changed.append(alarm)
            rows.append({"id": alarm["id"], **step.values})
            lines += [line_row(tenant_id, alarm["id"], line) for line in step.lines]
    _write(session, tenant_id, rows)
    _remember(session, tenant_id, lines)
    return changed


def _states(
    session: Session, tenant_id: UUID, alarm_ids: Collection[UUID], fit: ColumnElement[bool]
) -> Iterator[dict[str, Any]]:
    """Lock those that fit, in one order so that no two wait in a ring."""
    if not alarm_ids:
        return
    session.flush()
    ordered = sorted(alarm_ids)
    for begin in range(0, len(ordered), _AT_ONCE):
        bite = ordered[begin : begin + _AT_ONCE]
        found = session.execute(
            select(*(getattr(AlarmRow, name) for name in STATE))
            .where(AlarmRow.tenant_id == tenant_id, AlarmRow.id.in_(bite), fit)
            .order_by(AlarmRow.id)
            .with_for_update()
        )
        yield from (dict(zip(STATE, row, strict=True)) for row in found.all())


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
