"""What the list asks beyond its pages: alarms by id, counts that end, how many are newer, all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.tally import Tally
from runtime.alarms import store
from runtime.alarms._reading import at_most, fitting
from runtime.alarms._tables import AlarmRow
from runtime.alarms.documents import AlarmView, view_of
from runtime.alarms.store import AlarmFilter

FITTING_MAX = 10_000
NEWER_MAX = 100
READ_AT_ONCE = 500


def alarms_of(session: Session, tenant_id: UUID, alarm_ids: Sequence[UUID]) -> list[AlarmView]:
    """Give alarms by their ids, in that order; those that are gone are left out."""
    rows = session.scalars(
        select(AlarmRow).where(AlarmRow.tenant_id == tenant_id, AlarmRow.id.in_(alarm_ids))
    )
    found = {row.id: view_of(row) for row in rows}
    return [found[one] for one in alarm_ids if one in found]


def count_fitting(session: Session, tenant_id: UUID, wanted: AlarmFilter) -> Tally:
    """Count the alarms that fit a filter, to a limit."""
    found = session.scalar(at_most(*fitting(tenant_id, wanted), most=FITTING_MAX))
    return Tally.of(found or 0, most=FITTING_MAX)


def newest_at(session: Session, tenant_id: UUID, wanted: AlarmFilter) -> datetime | None:
    """Give when the newest alarm that fits was last raised; None where none fits."""
    newest = store.list_alarms(session, tenant_id, wanted, limit=1)
    return newest[0].last_raised_at if newest else None


def count_newer(
    session: Session,
    tenant_id: UUID,
    wanted: AlarmFilter,
    *,
    than: datetime,
    shown: Collection[UUID],
) -> Tally:
    """Count the alarms that fit, were last raised after an instant, and are not shown."""
    newer = [AlarmRow.last_raised_at > than, AlarmRow.id.not_in(shown)]
    found = session.scalar(at_most(*fitting(tenant_id, wanted), *newer, most=NEWER_MAX))
    return Tally.of(found or 0, most=NEWER_MAX)


def every_alarm(
    session: Session, tenant_id: UUID, wanted: AlarmFilter, *, sort: str, most: int
) -> Iterator[AlarmView]:
    """Give the alarms that fit one by one, `most` at most; some are in memory at a time."""
    return islice(_pages(session, tenant_id, wanted, sort), most)


def _pages(
    session: Session, tenant_id: UUID, wanted: AlarmFilter, sort: str
) -> Iterator[AlarmView]:
    after: list[str] | None = None
    while True:
        page = store.list_alarms(
            session, tenant_id, wanted, sort=sort, limit=READ_AT_ONCE, after=after
        )
        yield from page
        if len(page) < READ_AT_ONCE:
            return
        after = store.place_of(page[-1], sort)
        session.expunge_all()
