"""Holding alarms back: a row for each alarm and each holder, due when the holder lets go.

An alarm is suppressed as long as one row holds it. Whoever lets go last releases it once, in the
transaction that removes the row, and a notice in the journal lets rules judge what still stands.
A row that is written late is due at once: nobody has to agree with anybody on the time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kernel.ids import new_id
from runtime.alarms._actions.many import release_many, suppress_many
from runtime.alarms._tables import AlarmRow
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.holding._tables import HOLDER_NAME_MAX, AlarmHold
from runtime.alarms.journal import note_released
from tenancy.rows import insert_many
from tenancy.scope import as_tenant

log = structlog.get_logger(__name__)

MAINTENANCE = "maintenance"
STORM = "storm"
PREFIXES = (f"{MAINTENANCE} ", f"{STORM} ")
BITE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One alarm and who holds it; `until` is None while nobody knows how long."""

    alarm_id: UUID
    holder: str
    holder_id: UUID
    name: str
    until: datetime | None

    @property
    def said(self) -> str:
        """Name who holds it, as the alarm's page shows it."""
        return f"{self.holder} {self.name}"[:HOLDER_NAME_MAX]


def hold_many(session: Session, tenant_id: UUID, holds: Sequence[Hold], *, now: datetime) -> None:
    """Hold alarms back; an alarm that the same holder has already stays as it is."""
    if not holds:
        return
    there = {
        (row.alarm_id, row.holder_id)
        for row in _rows_of(session, tenant_id, [one.alarm_id for one in holds])
    }
    new = {
        (one.alarm_id, one.holder_id): one
        for one in holds
        if (one.alarm_id, one.holder_id) not in there
    }
    rows = [
        {
            "id": new_id(),
            "tenant_id": tenant_id,
            "alarm_id": one.alarm_id,
            "holder": one.holder,
            "holder_id": one.holder_id,
            "name": one.said,
            "since": now,
            "until": one.until,
        }
        for one in new.values()
    ]
    if rows:
        insert_many(session, AlarmHold, rows)
    said = {one.alarm_id: one for one in reversed(holds)}
    names = {alarm_id: one.said for alarm_id, one in said.items()}
    planned = {alarm_id for alarm_id, one in said.items() if one.holder == MAINTENANCE}
    suppress_many(session, tenant_id, names, now=now, planned=planned)


def held_among(session: Session, tenant_id: UUID, alarm_ids: Collection[UUID]) -> set[UUID]:
    """Tell which of the alarms are held."""
    return {row.alarm_id for row in _rows_of(session, tenant_id, alarm_ids)}


def let_cleared_go(
    session: Session, tenant_id: UUID, alarm_ids: Collection[UUID], *, now: datetime
) -> None:
    """Hold alarms no longer that are over: one that comes again is judged anew."""
    for bite in _bites(alarm_ids):
        session.execute(
            delete(AlarmHold)
            .where(AlarmHold.tenant_id == tenant_id, AlarmHold.alarm_id.in_(bite))
            .execution_options(synchronize_session=False)
        )
    release_many(session, tenant_id, alarm_ids, by_prefixes=PREFIXES, now=now)


def let_go(session: Session, tenant_id: UUID, holder_id: UUID, *, until: datetime) -> None:
    """Let a holder's alarms go at an instant; they are released when it has come."""
    session.execute(
        update(AlarmHold)
        .where(AlarmHold.tenant_id == tenant_id, AlarmHold.holder_id == holder_id)
        .values(until=until)
        .execution_options(synchronize_session=False)
    )


def hold_until(
    session: Session, tenant_id: UUID, holder_id: UUID, ends: Mapping[UUID, datetime]
) -> None:
    """Change how long a holder holds each of its alarms."""
    for until, alarm_ids in _by_value(ends).items():
        for bite in _bites(alarm_ids):
            session.execute(
                update(AlarmHold)
                .where(
                    AlarmHold.tenant_id == tenant_id,
                    AlarmHold.holder_id == holder_id,
                    AlarmHold.alarm_id.in_(bite),
                )
                .values(until=until)
                .execution_options(synchronize_session=False)
            )


def release_due(session: Session, *, now: datetime, limit: int = BITE) -> int:
    """Release what is due, over all tenants; call it in system scope and commit.

    Two that do so at once take different rows, and a row is gone with the release: once each.

    Returns:
        How many rows were due; fewer than `limit` means that none is left.
    """
    found = session.execute(
        select(AlarmHold.id, AlarmHold.tenant_id, AlarmHold.alarm_id)
        .where(AlarmHold.until <= now)
        .order_by(AlarmHold.until, AlarmHold.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    rows = sorted(found, key=lambda row: str(row.tenant_id))
    for tenant_id, mine in groupby(rows, key=lambda row: row.tenant_id):
        with as_tenant(session, tenant_id):
            _release(session, tenant_id, list(mine), now=now)
    return len(rows)


def _release(session: Session, tenant_id: UUID, rows: Sequence[Any], *, now: datetime) -> None:
    session.execute(
        delete(AlarmHold)
        .where(AlarmHold.tenant_id == tenant_id, AlarmHold.id.in_([row.id for row in rows]))
        .execution_options(synchronize_session=False)
    )
    alarm_ids = {row.alarm_id for row in rows}
    free = alarm_ids - held_among(session, tenant_id, alarm_ids)
    standing = release_many(session, tenant_id, free, by_prefixes=PREFIXES, now=now)
    note_released(session, tenant_id, standing, now=now)
    log.info("alarms_released", alarms=len(free), standing=len(standing))


def has_due_holds(session: Session, *, now: datetime) -> bool:
    """Tell whether something is to be released, in every tenant in reach."""
    due = select(AlarmHold.id).where(AlarmHold.until <= now).limit(1)
    return session.scalar(due) is not None


def held_by(
    session: Session, tenant_id: UUID, holder_id: UUID, *, limit: int = 50
) -> list[AlarmView]:
    """List alarms that a holder holds, the worst first."""
    rows = session.scalars(
        select(AlarmRow)
        .join(AlarmHold, AlarmHold.alarm_id == AlarmRow.id)
        .where(AlarmHold.tenant_id == tenant_id, AlarmHold.holder_id == holder_id)
        .order_by(AlarmRow.severity_rank.desc(), AlarmRow.last_raised_at.desc(), AlarmRow.id)
        .limit(limit)
    )
    return [view_of(row) for row in rows]


def count_held(session: Session, tenant_id: UUID, holder: str) -> dict[UUID, int]:
    """Count the alarms that each holder of a kind holds."""
    found = session.execute(
        select(AlarmHold.holder_id, func.count(AlarmHold.id))
        .where(AlarmHold.tenant_id == tenant_id, AlarmHold.holder == holder)
        .group_by(AlarmHold.holder_id)
    )
    return {row[0]: row[1] for row in found}


def _rows_of(session: Session, tenant_id: UUID, alarm_ids: Collection[UUID]) -> Iterable[AlarmHold]:
    for bite in _bites(alarm_ids):
        yield from session.scalars(
            select(AlarmHold).where(AlarmHold.tenant_id == tenant_id, AlarmHold.alarm_id.in_(bite))
        )


def _by_value(ends: Mapping[UUID, datetime]) -> dict[datetime, list[UUID]]:
    found: dict[datetime, list[UUID]] = {}
    for alarm_id, until in ends.items():
        found.setdefault(until, []).append(alarm_id)
    return found


def _bites(alarm_ids: Collection[UUID]) -> Iterable[list[UUID]]:
    ids = sorted(set(alarm_ids))
    return (ids[begin : begin + BITE] for begin in range(0, len(ids), BITE))
