"""The daily roll-up: what each day came to, worked out anew from its facts, however often.

A day is written as the sum of its facts and not added to, so running again changes nothing. Once
a day's facts are let go it is sealed and stays as it is.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from runtime.runs.blobs import stored_bytes
from runtime.use._tables import UsageDay, UsageFact
from runtime.use.recording import day_of
from tenancy.plans.entitled import count_members
from tenancy.scope import require_owner, system

FACTS_KEPT = timedelta(days=45)
"""So long facts are kept one by one: a month, and time to ask about it."""
BITE = 2_000


def add_up(session: Session, tenant_id: UUID, day: date, *, now: datetime) -> None:
    """Write what a day came to by now."""
    rows = session.execute(
        select(UsageFact.metric, func.sum(UsageFact.number))
        .where(UsageFact.tenant_id == tenant_id, UsageFact.day == day)
        .group_by(UsageFact.metric)
    )
    for metric, number in rows:
        _write(session, tenant_id, day, metric, int(number), now=now)


def days_to_add_up(session: Session, tenant_id: UUID, *, since: date) -> list[date]:
    """List the days from one on of which there are facts."""
    return sorted(
        session.scalars(
            select(UsageFact.day)
            .where(UsageFact.tenant_id == tenant_id, UsageFact.day >= since)
            .distinct()
        )
    )


def look_at_peaks(session: Session, tenant_id: UUID, *, now: datetime) -> None:
    """Note how much is there right now, where it is the most of today."""
    for metric, number in (
        ("storage_bytes", stored_bytes(session, tenant_id)),
        ("members", count_members(session, tenant_id)),
    ):
        _write(session, tenant_id, day_of(now), metric, number, now=now, is_peak=True)


def seal_old(session: Session, tenant_id: UUID, *, now: datetime) -> int:
    """Let go of old facts, at most `BITE`, and seal their days; give how many went."""
    before = day_of(now - FACTS_KEPT)
    oldest = session.scalar(
        select(func.min(UsageFact.day)).where(
            UsageFact.tenant_id == tenant_id, UsageFact.day < before
        )
    )
    if oldest is None:
        return 0
    mine = (UsageDay.tenant_id == tenant_id, UsageDay.day == oldest)
    is_sealed = session.scalar(select(UsageDay.metric).where(*mine, UsageDay.is_sealed).limit(1))
    if is_sealed is None:
        add_up(session, tenant_id, oldest, now=now)
        session.execute(update(UsageDay).where(*mine).values(is_sealed=True))
    keys = session.execute(
        select(UsageFact.metric, UsageFact.key)
        .where(UsageFact.tenant_id == tenant_id, UsageFact.day == oldest)
        .limit(BITE)
    ).all()
    session.execute(
        delete(UsageFact).where(
            UsageFact.tenant_id == tenant_id,
            UsageFact.day == oldest,
            tuple_(UsageFact.metric, UsageFact.key).in_([tuple(one) for one in keys]),
        )
    )
    return len(keys)


def _write(  # noqa: PLR0913  whose, which day, of what, how much, and when
    session: Session,
    tenant_id: UUID,
    day: date,
    metric: str,
    number: int,
    *,
    now: datetime,
    is_peak: bool = False,
) -> None:  # fmt: skip
    """Write a day's number over the one before, where that is another and not sealed."""
    require_owner(session, tenant_id, of=UsageDay.__name__)
    dialect = session.get_bind().dialect.name
    insert = insert_postgresql if dialect == "postgresql" else insert_sqlite
    wanted = insert(UsageDay).values(
        tenant_id=tenant_id, day=day, metric=metric, number=number, added_up_at=now, is_sealed=False
    )
    changes = (
        UsageDay.number < wanted.excluded.number
        if is_peak
        else UsageDay.number != wanted.excluded.number
    )
    values = {"number": wanted.excluded.number, "added_up_at": now}
    with system(session):
        session.connection().execute(
            wanted.on_conflict_do_update(
                index_elements=["tenant_id", "day", "metric"],
                set_=values,
                where=changes & UsageDay.is_sealed.is_(False),
            )
        )
