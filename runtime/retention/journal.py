"""Removing events from the journal that were dealt with some days ago."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from runtime.alarms._tables import JournalEntry

BITE = 1_000


def remove_done(session: Session, *, before: datetime, most: int = BITE) -> int:
    """Remove one bite of the oldest done events of all tenants; in system scope."""
    oldest = session.scalars(
        select(JournalEntry.seq)
        .where(JournalEntry.received_at < before, JournalEntry.done_at.is_not(None))
        .order_by(JournalEntry.received_at)
        .limit(most)
    ).all()
    if oldest:
        session.execute(
            delete(JournalEntry)
            .where(JournalEntry.seq.in_(oldest))
            .execution_options(synchronize_session=False)
        )
    return len(oldest)
