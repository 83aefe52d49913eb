"""A tenant's trap catalogue: its own entries over those that come with Garland."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from runtime.alarms.sources.listened._tables import TrapEntry
from runtime.alarms.sources.snmp.catalogue import (
    Entry,
    check_meeting,
    parse_entry,
    why_apart,
)
from runtime.alarms.sources.snmp.starter import starter_entries
from tenancy.rows import insert_new

ENTRIES_MAX = 5_000
UPLOAD_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One entry: its document, and whether it is the tenant's own."""

    document: Mapping[str, Any]
    is_own: bool
    updated_by: str = ""
    updated_at: datetime | None = None


class Catalogue:
    """The entries of one tenant, parsed as they are asked for."""

    def __init__(self, own: Mapping[str, Mapping[str, Any]]) -> None:
        self._own = own
        self._parsed: dict[str, Entry | None] = {}

    def document(self, oid: str) -> Mapping[str, Any] | None:
        """Give the document of a trap's entry, or None."""
        return self._own.get(oid) or starter_entries().get(oid)

    def is_own(self, oid: str) -> bool:
        """Tell whether the tenant has an entry of its own for a trap."""
        return oid in self._own

    def find(self, oid: str) -> Entry | None:
        """Give the entry of a trap, or None where the catalogue does not know it."""
        if oid not in self._parsed:
            document = self.document(oid)
            self._parsed[oid] = parse_entry(dict(document)) if document is not None else None
        return self._parsed[oid]

    @property
    def documents(self) -> dict[str, Mapping[str, Any]]:
        """Give every entry's document by the trap, the tenant's own over ours."""
        return {**starter_entries(), **self._own}

    @property
    def names(self) -> dict[str, str]:
        """Give each trap by its name in small letters; of several so called the first."""
        found: dict[str, str] = {}
        for oid, one in self.documents.items():
            found.setdefault(one["name"].lower(), oid)
        return found

    @property
    def objects(self) -> dict[str, str]:
        """Give the names that entries have for objects, by their identifier."""
        found: dict[str, str] = {}
        for one in self.documents.values():
            for name, oid in one.get("objects", {}).items():
                found.setdefault(oid, name)
        return found

    def ending(self, oid: str) -> list[Mapping[str, Any]]:
        """List the entries that end a trap's alarms."""
        return [one for one in self.documents.values() if oid in one.get("clears", ())]


def catalogue_of(session: Session, tenant_id: UUID) -> Catalogue:
    """Give a tenant's catalogue as it is now."""
    return Catalogue(_own_documents(session, tenant_id))


def catalogue_mark(session: Session, tenant_id: UUID) -> tuple[int, datetime | None]:
    """Give what changes whenever a tenant's own entries do: how many, and when the last changed."""
    found = session.execute(
        select(func.count(TrapEntry.id), func.max(TrapEntry.updated_at)).where(
            TrapEntry.tenant_id == tenant_id
        )
    ).one()
    return found[0], found[1]


def get_entry(session: Session, tenant_id: UUID, oid: str) -> EntryView:
    """Give a trap's entry as it holds for a tenant.

    Raises:
        NotFoundError: the catalogue does not know the trap.
    """
    row = session.scalar(
        select(TrapEntry).where(TrapEntry.tenant_id == tenant_id, TrapEntry.oid == oid)
    )
    if row is not None:
        return _view(row)
    document = starter_entries().get(oid)
    if document is None:
        raise NotFoundError("the catalogue has no such trap", oid=oid)
    return EntryView(document=document, is_own=False)


def list_entries(
    session: Session,
    tenant_id: UUID,
    *,
    q: str = "",
    only_own: bool = False,
    after: str,
    limit: int,
) -> list[EntryView]:
    """List entries by name, then object identifier.

    Args:
        session: The caller's transaction.
        tenant_id: Whose catalogue.
        q: Words of the name, MIB, problem or identifier; all must be there.
        only_own: Leave out what comes with Garland.
        after: `place_of` the last entry seen, "" for the first page.
        limit: How many at most.
    """
    rows = session.scalars(select(TrapEntry).where(TrapEntry.tenant_id == tenant_id))
    own = {row.oid: _view(row) for row in rows}
    given = {} if only_own else starter_entries()
    found = [EntryView(document=one, is_own=False) for oid, one in given.items() if oid not in own]
    words = q.lower().split()
    fitting = [one for one in (*own.values(), *found) if _fits(one.document, words)]
    fitting.sort(key=place_of)
    return [one for one in fitting if place_of(one) > after][:limit]


def place_of(entry: EntryView) -> str:
    """Say where an entry stands in the list."""
    return f"{entry.document['name'].lower()} {entry.document['oid']}"


def _fits(document: Mapping[str, Any], words: Iterable[str]) -> bool:
    fields = ("name", "mib", "specific_problem", "oid", "severity")
    text = " ".join(str(document.get(name, "")) for name in fields).lower()
    return all(word in text for word in words)


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
    after = Catalogue({**own, **new})
    for index, entry in enumerate(parsed):
        _check(index, entry, after, len(documents))
    _check_others(own, new, after)
    if len({*own, *new}) > ENTRIES_MAX:
        raise ConflictError(f"there may be {ENTRIES_MAX:,} entries of your own: remove some first")
    for entry, document in zip(parsed, documents, strict=True):
        _put(session, tenant_id, entry, document, by=by, now=now)
    return len(documents)


def delete_entries(session: Session, tenant_id: UUID, oids: Collection[str]) -> None:
    """Remove a tenant's own entries together; what comes with Garland holds again.

    Raises:
        NotFoundError: it has none for one of these traps.
        ConflictError: a trap that ends alarms and one that raises them could never meet then.
    """
    own = _own_documents(session, tenant_id)
    if missing := set(oids) - set(own):
        raise NotFoundError("you have no entry of your own for this trap", oid=min(missing))
    after = Catalogue({one: document for one, document in own.items() if one not in oids})
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


def _check_others(
    own: Mapping[str, Mapping[str, Any]], new: Mapping[str, Any], after: Catalogue
) -> None:
    """Refuse entries that would part a raise from a clear that is kept and met it so far."""
    for oid, document in {**starter_entries(), **own}.items():
        changed = [one for one in document.get("clears", ()) if one in new]
        if oid in new or not changed:
            continue
        clearing = parse_entry(dict(document))
        for one in changed:
            raised = after.find(one)
            wrong = why_apart(raised, clearing) if raised is not None else None
            if wrong is not None and raised is not None:
                message = (
                    f"key: {clearing.name} ends the alarms of {raised.name}, and the two could "
                    f"never meet: {wrong}. Change both together"
                )
                raise InvalidError(message, problems=[Problem("/key", message)])


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


def _view(row: TrapEntry) -> EntryView:
    return EntryView(
        document=row.document,
        is_own=True,
        updated_by=row.updated_by,
        updated_at=row.updated_at,
    )
