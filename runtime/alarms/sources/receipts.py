"""Repeated deliveries: which events of a body were taken before, by the id their sender gave them.

Receipts are kept for some days, longer than senders repeat, and purged in small bites as new ones
come. Only what is taken gets one: an event that was refused may come again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from runtime.alarms.sources._tables import SourceReceipt
from runtime.alarms.sources.reading import Batch
from tenancy.rows import insert_new

KEPT = timedelta(days=3)
BITE = 20


def drop_repeated(
    session: Session, tenant_id: UUID, source_id: UUID, batch: Batch, *, now: datetime
) -> Batch:
    """Leave the events out that were taken before, and note the others as taken.

    Waits for a delivery of the same events that is being taken right now.
    """
    if not batch.ids:
        return batch
    taken = {
        digest
        for digest in sorted(set(batch.ids))  # in one order, or two at a time might deadlock
        if _claim(session, tenant_id, source_id, digest, now=now)
    }
    _purge(session, tenant_id, now=now)
    kept = Batch(list_name=batch.list_name, rejected=batch.rejected)
    for digest, event, raw in zip(batch.ids, batch.events, batch.raws, strict=True):
        if digest in taken:
            taken.remove(digest)  # of two with one id in a batch, the first counts
            kept.ids.append(digest)
            kept.events.append(event)
            kept.raws.append(raw)
    kept.duplicates = len(batch.events) - len(kept.events)
    return kept


def _claim(
    session: Session, tenant_id: UUID, source_id: UUID, digest: str, *, now: datetime
) -> bool:
    row = {"source_id": source_id, "digest": digest, "tenant_id": tenant_id, "at": now}
    return insert_new(session, SourceReceipt, row, keys=("source_id", "digest"))


def _purge(session: Session, tenant_id: UUID, *, now: datetime) -> None:
    old = (
        select(SourceReceipt.source_id, SourceReceipt.digest)
        .where(SourceReceipt.tenant_id == tenant_id, SourceReceipt.at < now - KEPT)
        .order_by(SourceReceipt.at)
        .limit(BITE)
        .with_for_update(skip_locked=True)
    )
    found = [tuple(row) for row in session.execute(old)]
    if found:
        keys = tuple_(SourceReceipt.source_id, SourceReceipt.digest)
        session.execute(
            delete(SourceReceipt)
            .where(SourceReceipt.tenant_id == tenant_id, keys.in_(found))
            .execution_options(synchronize_session=False)
        )
