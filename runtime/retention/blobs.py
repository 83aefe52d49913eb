"""Removing large values that no run refers to any more.

Values are gone through by key, a page at a time and round and round: only the two keys are read,
so one that is still used costs a look at an index. What was stored within the last hour stays, for
a run that is just about to refer to it.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, or_, select, tuple_
from sqlalchemy.orm import Session

from runtime.runs._tables import Blob, BlobUse
from runtime.runs.blobs import FRESH

PAGE = 200


class Place(NamedTuple):
    """Where a page of values ended."""

    tenant_id: UUID
    digest: str


def remove_unused(
    session: Session, after: Place | None, *, now: datetime, most: int = PAGE
) -> tuple[int, Place | None]:
    """Remove what is unused in the page after a place; in system scope.

    Returns:
        How many were removed, and where the page ended; None when it was the last one.
    """
    page = select(Blob.tenant_id, Blob.digest).order_by(Blob.tenant_id, Blob.digest).limit(most)
    if after is not None:
        within = (Blob.tenant_id == after.tenant_id) & (Blob.digest > after.digest)
        page = page.where(or_(Blob.tenant_id > after.tenant_id, within))
    keys = [(row.tenant_id, row.digest) for row in session.execute(page)]
    if not keys:
        return 0, None
    used = (
        select(BlobUse.digest)
        .where(BlobUse.tenant_id == Blob.tenant_id, BlobUse.digest == Blob.digest)
        .correlate(Blob)
        .exists()
    )
    unused = (tuple_(Blob.tenant_id, Blob.digest).in_(keys), ~used)
    found = [
        tuple(row) for row in session.execute(select(Blob.tenant_id, Blob.digest).where(*unused))
    ]
    removed = 0
    if found:
        gone = session.execute(
            delete(Blob)
            .where(tuple_(Blob.tenant_id, Blob.digest).in_(found), ~used)
            .where(Blob.stored_at < now - FRESH)
            .returning(Blob.digest)
            .execution_options(synchronize_session=False)
        )
        removed = len(gone.all())
    return removed, Place(*keys[-1]) if len(keys) == most else None
