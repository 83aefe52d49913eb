"""How many steps of a tenant may be performed at a time, over all workers.

A step under way is a leased row, so the rows are counted: nothing else could be true after a
worker died. On SQLite one claims at a time. On PostgreSQL those who claim for a tenant that comes
near its limit take turns by an advisory lock, so that two never both take the last place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from runtime.runs._tables import StepRecord, StepState

CLAIMING_MAX = 64
"""So many threads may claim at the same instant before the limit is passed."""
_LOCK_SPACE = 0x67617200


def under_way_by_tenant(session: Session) -> dict[UUID, int]:
    """Count the steps under way of each tenant that has any; in system scope."""
    counted = (
        select(StepRecord.tenant_id, func.count())
        .where(StepRecord.state == StepState.RUNNING)
        .group_by(StepRecord.tenant_id)
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def has_place(session: Session, tenant_id: UUID, *, taken: int, most: int) -> bool:
    """Tell whether a tenant may have another step under way; in system scope.

    The answer holds until the transaction ends.
    """
    if taken >= most:
        return False
    if taken < most - CLAIMING_MAX or session.get_bind().dialect.name != "postgresql":
        return True
    number = int.from_bytes(tenant_id.bytes[-4:], signed=True)
    session.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, number)))
    return under_way_of(session, tenant_id) < most


def under_way_of(session: Session, tenant_id: UUID) -> int:
    """Count the steps of a tenant that are under way."""
    counted = select(func.count()).where(
        StepRecord.tenant_id == tenant_id, StepRecord.state == StepState.RUNNING
    )
    return session.scalar(counted) or 0


def crowding(here: Mapping[UUID, int], *, threads: int, for_others: int) -> Collection[UUID]:
    """List who has all the threads of this process that one tenant may have.

    Some are kept for the others, or a tenant's slow calls would hold every thread, and whoever
    comes next would wait for one of them to end.

    >>> a, b = UUID(int=1), UUID(int=2)
    >>> crowding({a: 6, b: 2}, threads=8, for_others=2) == {a}
    True
    """
    return {one for one, number in here.items() if number >= threads - for_others}
