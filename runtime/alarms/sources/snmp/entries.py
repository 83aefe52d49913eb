"""A tenant's own entries of the trap catalogue, over those of packs and Garland: kept, dropped."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from runtime.alarms.sources.listened._tables import TrapEntry
from runtime.alarms.sources.snmp.catalogue import Entry, check_kept, check_meeting, parse_entry
from runtime.alarms.sources.snmp.layers import Catalogue
from runtime.alarms.sources.snmp.packs import given_in
from tenancy.rows import insert_new

ENTRIES_MAX = 5_000
UPLOAD_MAX = 1_000


def catalogue_of(session: Session, tenant_id: UUID) -> Catalogue:
    """Give a tenant's catalogue as it is now."""
    return Catalogue(_own_documents(session, tenant_id), given_in(session))


def catalogue_mark(session: Session, tenant_id: UUID) -> tuple[int, datetime | None]:
    """Give what changes whenever a tenant's own entries do: how many, and when the last changed."""
    found = session.execute(
        select(func.count(TrapEntry.id), func.max(TrapEntry.updated_at)).where(
            TrapEntry.tenant_id == tenant_id
        )
    ).one()
    return found[0], found[1]


def save_entries(
    session: Session, tenant_id: UUID, documents: Sequence[Any], *, by: str, now: datetime
) -> int:
    """Keep entries, all or none; give how many.

    Raises:
        InvalidError: an entry does not fit, or a clear could never meet its raise; each problem
            says of which entry.
        ConflictError: the tenant has as many as it may.
    """
    if not 1 <= len(documents) <= UPLOAD_MAX:
        message = f"send 1 to {UPLOAD_MAX} entries at a time"
        raise InvalidError(message, problems=[Problem("", message)])
    own = _own_documents(session, tenant_id)
    parsed = [_parsed(index, one, len(documents)) for index, one in enumerate(documents)]
    new = {entry.oid: one for entry, one in zip(parsed, documents, strict=True)}
    given = given_in(session)
    after = Catalogue({**own, **new}, given)
    for index, entry in enumerate(parsed):
        _check(index, entry, after, len(documents))
    check_kept({**given.documents, **own}, new, after.document)
    if len({*own, *new}) > ENTRIES_MAX:
        raise ConflictError(f"there may be {ENTRIES_MAX:,} entries of your own: remove some first")
    for entry, document in zip(parsed, documents, strict=True):
        _put(session, tenant_id, entry, document, by=by, now=now)
    return len(documents)


def delete_entries(session: Session, tenant_id: UUID, oids: Collection[str]) -> None:
    """Remove a tenant's own entries together; what a pack or Garland says of the traps holds again.

    Raises:
        NotFoundError: it has none for one of these traps.
        ConflictError: a trap that ends alarms and one that raises them could never meet then.
    """
    own = _own_documents(session, tenant_id)
    if missing := set(oids) - set(own):
        raise NotFoundError("you have no entry of your own for this trap", oid=min(missing))
    kept = {one: document for one, document in own.items() if one not in oids}
    after = Catalogue(kept, given_in(session))
    for oid, document in after.documents.items():
        if oid not in oids and not set(oids) & set(document.get("clears", ())):
            continue
        try:
            check_meeting(parse_entry(dict(document)), after.document)
        except InvalidError as error:
            told = f"{document['name']} ends alarms by it: change or remove both together"
            raise ConflictError(told) from error
    session.execute(
        delete(TrapEntry).where(TrapEntry.tenant_id == tenant_id, TrapEntry.oid.in_(oids))
    )


def _parsed(index: int, document: Any, number: int) -> Entry:
    try:
        return parse_entry(document)
    except InvalidError as error:
        raise _at(index, error, number) from None


def _check(index: int, entry: Entry, after: Catalogue, number: int) -> None:
    try:
        check_meeting(entry, after.document)
    except InvalidError as error:
        raise _at(index, error, number) from None


def _at(index: int, error: InvalidError, number: int) -> InvalidError:
    """Say of which entry a problem is, where there are several."""
    if number == 1:
        return error
    problems = [
        Problem(f"/{index}{one.pointer}", f"entry {index + 1}: {one.message}")
        for one in error.problems
    ]
    return InvalidError(error.message, problems=problems)


def _put(
    session: Session, tenant_id: UUID, entry: Entry, document: Any, *, by: str, now: datetime
) -> None:
    kept = {"name": entry.name, "document": dict(document), "updated_at": now, "updated_by": by}
    row = {"id": new_id(), "tenant_id": tenant_id, "oid": entry.oid, **kept}
    if not insert_new(session, TrapEntry, row, keys=("tenant_id", "oid")):
        session.execute(
            update(TrapEntry)
            .where(TrapEntry.tenant_id == tenant_id, TrapEntry.oid == entry.oid)
            .values(**kept)
        )


def _own_documents(session: Session, tenant_id: UUID) -> dict[str, Mapping[str, Any]]:
    rows = session.execute(
        select(TrapEntry.oid, TrapEntry.document).where(TrapEntry.tenant_id == tenant_id)
    )
    return {row.oid: row.document for row in rows}
