"""Large values: stored once by digest, passed by reference, fetched where they are read.

A reference is `{"$blob": digest, "bytes": size}` and stands wherever the value would: in the
run's state, in the record of a step, in what a later step is given. A value that only looks like
one is stored apart too, however small, so that nobody can forge one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, NotFoundError
from kernel.ids import sha256_of
from runtime.limits.book import limits_of
from runtime.runs._tables import Blob, BlobUse
from tenancy.rows import insert_new

INLINE_MAX_BYTES = 16 * 1024
MB = 1024 * 1024
FRESH = timedelta(hours=1)
_KEYS = {"$blob", "bytes"}


class StorageFullError(ConflictError):
    """The tenant's large values take all the room they may."""

    code = "run.storage_full"


def is_reference(value: Any) -> bool:
    """Tell whether a value stands for a large one.

    >>> is_reference({"$blob": "9f86d0", "bytes": 20000}), is_reference({"bytes": 1})
    (True, False)
    """
    return isinstance(value, dict) and value.keys() == _KEYS


def size_of(value: Any) -> int:
    """Give how many bytes a value takes as JSON, about."""
    return len(json.dumps(value))


def stow(
    session: Session,
    tenant_id: UUID,
    value: Any,
    *,
    run_id: UUID | None,
    now: datetime,
    stored_max_bytes: int | None = None,
) -> Any:
    """Give the value itself when it is small, else a reference to where it is stored.

    The run is noted as one that refers to it (of one yet to be started, the start notes what its
    pins hold); `runtime.retention.blobs` removes a value that no run refers to any more.

    Not for what is a reference already: that would be stored as if it only looked like one.

    Raises:
        StorageFullError: it is large, and the tenant has no room for it.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    size_bytes = len(text.encode())
    if size_bytes <= INLINE_MAX_BYTES and not is_reference(value):
        return value
    digest = sha256_of(text)
    if not _is_stored(session, tenant_id, digest, now=now):
        used = stored_bytes(session, tenant_id)
        most = stored_max_bytes or limits_of(session, tenant_id).storage_mb * MB
        if used + size_bytes > most:
            raise StorageFullError(
                f"there is no room for another {size_bytes:,} bytes: runs keep {used:,} of the "
                f"{most:,} bytes allowed (storage_mb); shorten how long runs are kept, or hand on "
                "less data",
            )
        row = {
            "tenant_id": tenant_id,
            "digest": digest,
            "size_bytes": size_bytes,
            "body": value,
            "stored_at": now,
        }
        insert_new(session, Blob, row, keys=("tenant_id", "digest"))
    if run_id is not None:
        note_use(session, tenant_id, run_id, [digest])
    return {"$blob": digest, "bytes": size_bytes}


def stored_bytes(session: Session, tenant_id: UUID) -> int:
    """Give how many bytes the large values of a tenant take."""
    wanted = select(func.coalesce(func.sum(Blob.size_bytes), 0)).where(Blob.tenant_id == tenant_id)
    return int(session.scalar(wanted) or 0)


def note_use(session: Session, tenant_id: UUID, run_id: UUID, digests: Iterable[str]) -> None:
    """Note that a run refers to large values."""
    for digest in digests:
        row = {"tenant_id": tenant_id, "digest": digest, "run_id": run_id}
        insert_new(session, BlobUse, row, keys=("tenant_id", "digest", "run_id"))


def references_in(value: Any) -> set[str]:
    """List the digests of the large values that a value refers to, however deep.

    >>> references_in({"a": [{"$blob": "9f86d0", "bytes": 20000}], "b": 1})
    {'9f86d0'}
    """
    if is_reference(value):
        return {str(value["$blob"])}
    parts = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list | tuple):
        return set()
    return {digest for part in parts for digest in references_in(part)}


def _is_stored(session: Session, tenant_id: UUID, digest: str, *, now: datetime) -> bool:
    """Tell whether a value is there, and keep it from being removed as unused right now.

    Whoever removes unused values leaves alone what was stored lately. The update waits for one
    who is removing it at this moment, and then finds nothing.
    """
    where = (Blob.tenant_id == tenant_id, Blob.digest == digest)
    stored_at = session.scalar(select(Blob.stored_at).where(*where))
    if stored_at is None or now - stored_at < FRESH:
        return stored_at is not None
    touched = update(Blob).where(*where).values(stored_at=now).returning(Blob.digest)
    options = {"synchronize_session": False}
    return session.execute(touched, execution_options=options).first() is not None


def fetch(session: Session, tenant_id: UUID, reference: Any) -> Any:
    """Give the value a reference stands for; anything else is given back as it is.

    Raises:
        NotFoundError: it is no longer kept.
    """
    if not is_reference(reference):
        return reference
    body = select(Blob.body).where(
        Blob.tenant_id == tenant_id, Blob.digest == str(reference["$blob"])
    )
    found = session.execute(body).first()
    if found is None:
        raise NotFoundError("this value is no longer kept: its run is older than runs are kept")
    return found[0]
