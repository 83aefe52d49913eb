"""Importing an inventory: a file is read and compared first, then applied as a whole.

A file that is imported again changes nothing. What an earlier import of the same name brought and
the file no longer has is gone; it is removed only where asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete
from sqlalchemy.orm import Session

from kernel.ids import new_id
from runtime.imports.staging import ImportView, Staged, apply_once, checked_origin, stage_file
from runtime.inventory._difference import Difference, compare
from runtime.inventory._tables import Resource, ResourceRelation
from runtime.inventory.model import Gathered, RelationKind, RelationSaid, check_resource
from runtime.inventory.reading.files import Naming, read_files
from runtime.inventory.topology import note_change
from tenancy.audit.trail import note
from tenancy.rows import insert_many, update_many

log = structlog.get_logger(__name__)

KIND = "inventory"
_AT_ONCE = 500


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
    name = checked_origin(origin)
    gathered = read_files(files, naming)
    difference = compare(session, tenant_id, gathered, name)
    for one in difference.lost:
        words = f"{one.start} {one.kind.value} {one.end}"
        gathered.refuse("relations", f"{words[:200]}: one of them is neither in the file nor known")
    return stage_file(
        session,
        tenant_id,
        gathered,
        said=Staged(origin=name, format=gathered.format, document=_document_of(gathered)),
        kind=KIND,
        counts=difference.counts(),
        by=by,
        now=now,
    )


def apply_import(
    session: Session, tenant_id: UUID, import_id: UUID, *, remove_gone: bool, now: datetime
) -> ImportView:
    """Make the inventory say what the file says, in the caller's transaction.

    Compared anew: what changed meanwhile counts. Applied once.

    Raises:
        ImportAppliedError: somebody applied it already.
        NotFoundError: there is no such import.
    """

    def make(said: Staged) -> dict[str, Any]:
        gathered = _gathered_of(said.document, said.format)
        difference = compare(session, tenant_id, gathered, said.origin)
        _write(session, tenant_id, difference, said.origin)
        gone = list(difference.gone.values()) if remove_gone else []
        _remove(session, tenant_id, gone)
        note_change(session, tenant_id)
        log.info("inventory_imported", origin=said.origin, resources=len(gathered.resources))
        counts = {**difference.counts(), "removed": len(gone)}
        facts = {"origin": said.origin, **counts}
        note(session, tenant_id, "inventory.imported", now=now, facts=facts)
        return counts

    return apply_once(session, tenant_id, import_id, kind=KIND, make=make, now=now)


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
