"""Where signed documents are kept: one row of each kind, as it came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.packages._tables import TrustDocument
from blocks.packages.signing import Envelope, read_envelope, write_envelope


def row_of(session: Session, kind: str, *, lock: bool = False) -> TrustDocument | None:
    """Give the row of a kind; None where nothing of it came yet."""
    query = select(TrustDocument).where(TrustDocument.kind == kind)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def envelope_of(row: TrustDocument) -> Envelope:
    """Read what a row keeps."""
    return read_envelope(row.envelope.encode())


def keep(session: Session, kind: str, serial: int, envelope: Envelope, *, now: datetime) -> None:
    """Keep a document in place of the one of its kind."""
    row = row_of(session, kind, lock=True) or TrustDocument(kind=kind)
    row.serial, row.changed_at = serial, now
    row.envelope = write_envelope(envelope).decode()
    session.add(row)
    session.flush()
