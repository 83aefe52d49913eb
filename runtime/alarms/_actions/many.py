"""Marks that rules set on many alarms of a batch at once: one read, one write, one history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.alarms import _deeds
from runtime.alarms._tables import AlarmHistory, AlarmRow, history_row
from runtime.alarms.lifecycle import AckState
from runtime.wake import tell_pages_after_commit
from tenancy.scope import system


def acknowledge_many(
    session: Session, tenant_id: UUID, who: Mapping[UUID, str], *, now: datetime
) -> None:
    """Take alarms on, each in somebody's name; what is acknowledged or gone is left as it is."""
    unmarked = AlarmRow.ack_state == AckState.UNACKNOWLEDGED
    found = _ids(session, tenant_id, who, unmarked)
    rows = [{"id": one, **_deeds.acknowledged(by=who[one], at=now)} for one in found]
    _write(session, found, rows)
    _remember(session, tenant_id, found, "acknowledged", who, now=now)


def suppress_many(
    session: Session, tenant_id: UUID, who: Mapping[UUID, str], *, now: datetime
) -> None:
    """Suppress alarms, each in somebody's name; what is suppressed or gone is left as it is."""
    found = _ids(session, tenant_id, who, AlarmRow.suppressed_at.is_(None))
    rows = [{"id": one, **_deeds.suppressed(by=who[one], at=now, planned=False)} for one in found]
    _write(session, found, rows)
    _remember(session, tenant_id, found, "suppressed", who, now=now)


def _ids(
    session: Session, tenant_id: UUID, who: Mapping[UUID, str], unmarked: ColumnElement[bool]
) -> list[UUID]:
    """Lock those that are not marked yet, in one order so that no two wait in a ring."""
    if not who:
        return []
    session.flush()
    wanted = (
        select(AlarmRow.id)
        .where(AlarmRow.tenant_id == tenant_id, AlarmRow.id.in_(who), unmarked)
        .order_by(AlarmRow.id)
        .with_for_update()
    )
    return list(session.scalars(wanted))


def _write(session: Session, found: list[UUID], rows: list[dict[str, object]]) -> None:
    if not rows:
        return
    with system(session):  # an UPDATE by keys; the keys were read as the tenant's own
        session.execute(update(AlarmRow), rows)
    mine = set(found)
    for loaded in list(session.identity_map.values()):
        if isinstance(loaded, AlarmRow) and loaded.id in mine:
            session.expire(loaded)


def _remember(
    session: Session,
    tenant_id: UUID,
    found: list[UUID],
    kind: str,
    who: Mapping[UUID, str],
    *,
    now: datetime,
) -> None:
    facts = {"comment": ""} if kind == "acknowledged" else {}
    rows = [
        history_row(tenant_id, one, at=now, kind=kind, by=who[one], facts=facts) for one in found
    ]
    if rows:
        session.execute(insert(AlarmHistory), rows)
        last = {"id": str(found[-1]), "at": format_instant(now)}
        tell_pages_after_commit(session, tenant_id, "alarms", last)
