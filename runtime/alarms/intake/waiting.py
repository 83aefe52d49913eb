"""How many alarm events wait in the journal, of all and of each tenant."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from runtime.alarms._tables import JournalEntry
from runtime.limits.book import book_of
from tenancy.scope import system

COUNT_MAX = 20_000_000


def waiting_of_all(session: Session) -> int:
    """Give how many events wait over all tenants, at most; two looks at the ends of an index.

    They are dealt with in their order, so what waits lies between the first undone and the last.
    """
    with system(session):
        undone = JournalEntry.done_at.is_(None)
        first = session.scalar(
            select(JournalEntry.seq).where(undone).order_by(JournalEntry.seq).limit(1)
        )
        if first is None:
            return 0
        last = session.scalar(select(func.max(JournalEntry.seq)))
    return (last or first) - first + 1


def waiting_of(session: Session, tenant_id: UUID) -> int:
    """Give how many events of a tenant wait, counted at most a second ago."""
    book = book_of(session)

    def count() -> int:
        everyone = book.kept("journal by tenant", lambda: waiting_by_tenant(session))
        return everyone.get(tenant_id, 0)

    return book.counted(("journal", tenant_id), count)


def waiting_by_tenant(session: Session) -> dict[UUID, int]:
    """Count the events that wait by tenant, in one pass over the index of those that do."""
    with system(session):
        undone = (
            select(JournalEntry.tenant_id)
            .where(JournalEntry.done_at.is_(None))
            .order_by(JournalEntry.seq)
            .limit(COUNT_MAX)  # or SQLite would read every row by the index of tenants instead
            .subquery()
        )
        counted = select(undone.c.tenant_id, func.count()).group_by(undone.c.tenant_id)
        return {row[0]: row[1] for row in session.execute(counted)}
