"""Staging: a file is read and shown, and applied once, in one transaction, or forgotten.

What was read stays as a row until somebody applies it, in one transaction with the mark that it
is applied: once, whatever dies. Comparing what a file says with what is there, and making it so,
is the business of what is imported; this module knows neither resources nor services.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from runtime.imports._tables import StagedImport
from runtime.imports.reading import ORIGIN_MAX, FileRead
from tenancy.rows import find_owned

KEPT_FOR = timedelta(days=1)


class ImportAppliedError(ConflictError):
    """Somebody applied the import already."""

    def __init__(self, kind: str) -> None:
        super().__init__("this import is applied already: read the file again")
        self.code = f"{kind}.import_applied"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """A file that was read: what it would do, or has done once `applied_at` is set."""

    id: UUID
    origin: str
    format: str
    counts: Mapping[str, Any]
    problems: Sequence[Mapping[str, str]]
    created_at: datetime
    created_by: str
    applied_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """What a staged file says, for whoever makes it so."""

    origin: str
    format: str
    document: Any


def checked_origin(origin: str) -> str:
    """Give what an import is called; raises InvalidError where it has no name."""
    name = origin.strip()
    if not 0 < len(name) <= ORIGIN_MAX:
        message = f"origin: name what is imported, with 1 to {ORIGIN_MAX} characters"
        raise InvalidError(message, problems=[Problem("/origin", message)])
    return name


def stage_file(  # noqa: PLR0913  what was read and what it would do, for whom and when
    session: Session,
    tenant_id: UUID,
    read: FileRead,
    *,
    said: Staged,
    kind: str,
    counts: Mapping[str, Any],
    by: str,
    now: datetime,
) -> ImportView:
    """Keep what a file says and would change; what nobody applied within a day is forgotten."""
    _forget_old(session, tenant_id, kind, now=now)
    row = StagedImport(
        id=new_id(),
        tenant_id=tenant_id,
        kind=kind,
        origin=said.origin,
        format=said.format,
        document=said.document,
        problems=[{"pointer": one.pointer, "message": one.message} for one in read.problems],
        counts={**counts, "left_out": read.left_out},
        created_at=now,
        created_by=by,
        applied_at=None,
    )
    session.add(row)
    session.flush()
    return _view_of(row)


def read_staged(session: Session, tenant_id: UUID, import_id: UUID, *, kind: str) -> Staged:
    """Give what a staged file says.

    Raises:
        ImportAppliedError: somebody applied it already.
        NotFoundError: there is no such import.
    """
    row = _row(session, tenant_id, import_id, kind)
    if row.applied_at is not None or row.document is None:
        raise ImportAppliedError(kind)
    return Staged(origin=row.origin, format=row.format, document=row.document)


def apply_once(
    session: Session,
    tenant_id: UUID,
    import_id: UUID,
    *,
    kind: str,
    make: Callable[[Staged], Mapping[str, Any]],
    now: datetime,
) -> ImportView:
    """Let `make` change what the file says, in the caller's transaction; it tells how much it did.

    Raises:
        ImportAppliedError: somebody applied it already.
        NotFoundError: there is no such import.
    """
    row = _row(session, tenant_id, import_id, kind, lock=True)
    if row.applied_at is not None or row.document is None:
        raise ImportAppliedError(kind)
    did = make(Staged(origin=row.origin, format=row.format, document=row.document))
    row.counts = {**did, "left_out": row.counts.get("left_out", 0)}
    row.applied_at, row.document = now, None
    session.flush()
    return _view_of(row)


def get_import(session: Session, tenant_id: UUID, import_id: UUID, *, kind: str) -> ImportView:
    """Give one import; raises NotFoundError."""
    return _view_of(_row(session, tenant_id, import_id, kind))


def recent_imports(
    session: Session, tenant_id: UUID, *, kind: str, limit: int = 10
) -> list[ImportView]:
    """List what was applied last."""
    rows = session.scalars(
        select(StagedImport)
        .where(
            StagedImport.tenant_id == tenant_id,
            StagedImport.kind == kind,
            StagedImport.applied_at.is_not(None),
        )
        .order_by(StagedImport.id.desc())
        .limit(limit)
    )
    return [_view_of(row) for row in rows]


def import_document(one: ImportView) -> dict[str, Any]:
    """Write an import as JSON."""
    return {
        "id": str(one.id),
        "origin": one.origin,
        "format": one.format,
        **one.counts,
        "problems": list(one.problems),
        "created_at": format_instant(one.created_at),
        "created_by": one.created_by,
        "applied_at": format_instant(one.applied_at) if one.applied_at else None,
    }


def _row(
    session: Session, tenant_id: UUID, import_id: UUID, kind: str, *, lock: bool = False
) -> StagedImport:
    row = find_owned(session, StagedImport, tenant_id, import_id, lock=lock)
    if row is None or row.kind != kind:
        raise NotFoundError("no such import", id=str(import_id))
    return row


def _forget_old(session: Session, tenant_id: UUID, kind: str, *, now: datetime) -> None:
    """Drop what was read and never applied."""
    session.execute(
        delete(StagedImport)
        .where(
            StagedImport.tenant_id == tenant_id,
            StagedImport.kind == kind,
            StagedImport.applied_at.is_(None),
            StagedImport.created_at < now - KEPT_FOR,
        )
        .execution_options(synchronize_session=False)
    )


def _view_of(row: StagedImport) -> ImportView:
    return ImportView(**{name: getattr(row, name) for name in ImportView.__dataclass_fields__})
