"""A tenant's journal as a backtest reads it: what was dealt with, in order, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.journal import JournalRow, count_done, read_done

PAGE = 1_000
ROWS_MAX = 500_000


def count_rows(session: Session, tenant_id: UUID, *, since: datetime) -> int:
    """Count what there is to play."""
    return min(ROWS_MAX, count_done(session, tenant_id, since=since))


def read_rows(session: Session, tenant_id: UUID, *, since: datetime) -> Iterator[JournalRow]:
    """Give the rows in order; only a page of them is in memory."""
    after, left = 0, ROWS_MAX
    while left > 0:
        page = read_done(session, tenant_id, since=since, after=after, limit=min(PAGE, left))
        yield from page
        if len(page) < PAGE:
            return
        after, left = page[-1].seq, left - len(page)
