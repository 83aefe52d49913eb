"""Importing an inventory: a file is read and compared first, then applied as a whole.

What was read stays as a row until somebody applies it, in one transaction with the mark that it
is applied: once, whatever dies. A file that is imported again changes nothing. What an earlier
import of the same name brought and the file no longer has is gone; it is removed only where asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, Problem
from kernel.ids import new_id
from runtime.inventory._difference import Difference, compare
from runtime.inventory._tables import InventoryImport, Resource, ResourceRelation
from runtime.inventory.model import (
    ORIGIN_MAX,
    Gathered,
    RelationKind,
    RelationSaid,
    check_resource,
)
from runtime.inventory.reading.files import Naming, read_files
from runtime.inventory.topology import note_change
from tenancy.rows import get_owned, insert_many, update_many

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=1)
_AT_ONCE = 500


class ImportAppliedError(ConflictError):
    """The import was applied already."""

    code = "inventory.import_applied"


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


def stage_import(  # noqa: PLR0913  what is read, how, for whom and when
    session: Session,
    tenant_id: UUID,
    files: Sequence[bytes],
    *,
    origin: str,
    naming: Naming,
    by: str,
    now: datetime,
) -> ImportView:
    """Read files and keep what they say; nothing of the inventory changes yet.

    Raises:
        InvalidError: the import has no name, or the files cannot be read at all.
    """
    name = origin.strip()
    if not 0 < len(name) <= ORIGIN_MAX:
        message = f"origin: name what is imported, with 1 to {ORIGIN_MAX} characters"
        raise InvalidError(message, problems=[Problem("/origin", message)])
    gathered = read_files(files, naming)
    difference = compare(session, tenant_id, gathered, name)
    for one in difference.lost:
        words = f"{one.start} {one.kind.value} {one.end}"
        gathered.refuse("relations", f"{words[:200]}: one of them is neither in the file nor known")
    _forget_old(session, tenant_id, now=now)
    row = InventoryImport(
        id=new_id(),
        tenant_id=tenant_id,
        origin=name,
        format=gathered.format,
        document=_document_of(gathered),
        problems=[{"pointer": one.pointer, "message": one.message} for one in gathered.problems],
        counts={**difference.counts(), "left_out": gathered.left_out},
        created_at=now,
        created_by=by,
        applied_at=None,
    )
    session.add(row)
    session.flush()
    return _view_of(row)


def apply_import(
    session: Session, tenant_id: UUID, import_id: UUID, *, remove_gone: bool, now: datetime
) -> ImportView:
    """Make the inventory say what the file says, in the caller's transaction.

    Compared anew: what changed meanwhile counts. Applied once.

    Raises:
        ImportAppliedError: somebody applied it already.
        NotFoundError: there is no such import.
    """
    row = get_owned(session, InventoryImport, tenant_id, import_id, name="import", lock=True)
    if row.applied_at is not None or row.document is None:
        raise ImportAppliedError("this import is applied already: read the file again")
    gathered = _gathered_of(row.document, row.format)
    difference = compare(session, tenant_id, gathered, row.origin)
    _write(session, tenant_id, difference, row.origin)
    removed = len(difference.gone) if remove_gone else 0
    if remove_gone:
        _remove(session, tenant_id, list(difference.gone.values()))
    left_out = row.counts.get("left_out", 0)
    row.counts = {**difference.counts(), "left_out": left_out, "removed": removed}
    row.applied_at, row.document = now, None
    note_change(session, tenant_id)
    log.info("inventory_imported", origin=row.origin, resources=len(gathered.resources))
    return _view_of(row)


def get_import(session: Session, tenant_id: UUID, import_id: UUID) -> ImportView:
    """Give one import; raises NotFoundError."""
    return _view_of(get_owned(session, InventoryImport, tenant_id, import_id, name="import"))


def recent_imports(session: Session, tenant_id: UUID, *, limit: int = 10) -> list[ImportView]:
    """List what was imported last."""
    mine = (InventoryImport.tenant_id == tenant_id, InventoryImport.applied_at.is_not(None))
    rows = session.scalars(
        select(InventoryImport).where(*mine).order_by(InventoryImport.id.desc()).limit(limit)
    )
    return [_view_of(row) for row in rows]


def _write(session: Session, tenant_id: UUID, found: Difference, origin: str) -> None:
    insert_many(session, Resource, found.new)
    update_many(session, Resource, tenant_id, found.changed)
    rows = [
        {
            "id": new_id(),
            "tenant_id": tenant_id,
            "from_id": found.ids[one.start],
            "to_id": found.ids[one.end],
            "kind": one.kind,
        }
        for one in found.relations
    ]
    insert_many(session, ResourceRelation, rows)
    log.debug("import_written", origin=origin, relations=len(rows))


def _remove(session: Session, tenant_id: UUID, ids: Sequence[UUID]) -> None:
    for begin in range(0, len(ids), _AT_ONCE):
        session.execute(
            delete(Resource)
            .where(Resource.tenant_id == tenant_id, Resource.id.in_(ids[begin : begin + _AT_ONCE]))
            .execution_options(synchronize_session=False)
        )


def _forget_old(session: Session, tenant_id: UUID, *, now: datetime) -> None:
    """Drop what was read and never applied."""
    session.execute(
        delete(InventoryImport)
        .where(
            InventoryImport.tenant_id == tenant_id,
            InventoryImport.applied_at.is_(None),
            InventoryImport.created_at < now - KEPT_FOR,
        )
        .execution_options(synchronize_session=False)
    )


def _document_of(gathered: Gathered) -> dict[str, Any]:
    return {
        "resources": [
            {
                "key": one.key,
                "kind": one.kind.value,
                "name": one.name,
                "type": one.type,
                "site": one.site,
                "attributes": dict(one.attributes),
            }
            for one in gathered.resources.values()
        ],
        "relations": [[one.start, one.end, one.kind.value] for one in gathered.relations.values()],
    }


def _gathered_of(document: Mapping[str, Any], form: str) -> Gathered:
    found = Gathered(form)
    for said in document["resources"]:
        checked = check_resource(said)
        if not isinstance(checked, str):
            found.resources[checked.key] = checked
    for start, end, kind in document["relations"]:
        said = RelationSaid(start, end, RelationKind(kind))
        found.relations[said.identity] = said
    return found


def _view_of(row: InventoryImport) -> ImportView:
    return ImportView(**{name: getattr(row, name) for name in ImportView.__dataclass_fields__})
