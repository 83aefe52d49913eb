"""The trap catalogue as people look at it: one entry, and lists with search and pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.alarms.sources.listened._tables import TrapEntry
from runtime.alarms.sources.snmp.layers import GARLAND, Given
from runtime.alarms.sources.snmp.packs import given_in

OWN, OURS = "own", "garland"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One entry: its document, and which layer it is of.

    Attributes:
        giver: Who gives it, or the one that it stands over: a pack, or Garland; "" where it is the
            tenant's own and stands over none.
        pack_id: The pack it is of, "" where it is of none.
    """

    document: Mapping[str, Any]
    is_own: bool
    giver: str = ""
    pack_id: str = ""
    updated_by: str = ""
    updated_at: datetime | None = None


def get_entry(session: Session, tenant_id: UUID, oid: str) -> EntryView:
    """Give a trap's entry as it holds for a tenant.

    Raises:
        NotFoundError: the catalogue does not know the trap.
    """
    given = given_in(session)
    row = session.scalar(
        select(TrapEntry).where(TrapEntry.tenant_id == tenant_id, TrapEntry.oid == oid)
    )
    if row is not None:
        return _own_view(row, given)
    if oid not in given.documents:
        raise NotFoundError("the catalogue has no such trap", oid=oid)
    return _given_view(oid, given)


def list_entries(
    session: Session,
    tenant_id: UUID,
    *,
    q: str = "",
    whose: str = "",
    after: str,
    limit: int,
) -> list[EntryView]:
    """List entries by name, then object identifier.

    Args:
        session: The caller's transaction.
        tenant_id: Whose catalogue.
        q: Words of the name, MIB, problem or identifier; all must be there.
        whose: `OWN` for the tenant's alone, `OURS` for Garland's, a pack's id for those of it, or
            "" for all.
        after: `place_of` the last entry seen, "" for the first page.
        limit: How many at most.
    """
    given = given_in(session)
    rows = session.scalars(select(TrapEntry).where(TrapEntry.tenant_id == tenant_id))
    own = {row.oid: _own_view(row, given) for row in rows}
    found = [_given_view(oid, given) for oid in given.documents if oid not in own]
    words = q.lower().split()
    fitting = [
        one
        for one in (*own.values(), *found)
        if _is_of(one, whose) and _fits(one.document, words) and place_of(one) > after
    ]
    return sorted(fitting, key=place_of)[:limit]


def choices_of(session: Session) -> list[tuple[str, str]]:
    """List what `whose` may be, with the words for it; packs only where there are any."""
    packs = given_in(session).used
    return [
        ("all", "All"),
        (OWN, "Yours"),
        *((one.id, one.title) for one in packs),
        *([(OURS, GARLAND)] if packs else []),
    ]


def place_of(entry: EntryView) -> str:
    """Say where an entry stands in the list."""
    return f"{entry.document['name'].lower()} {entry.document['oid']}"


def _is_of(entry: EntryView, whose: str) -> bool:
    if whose == OWN:
        return entry.is_own
    if whose == OURS:
        return not entry.is_own and not entry.pack_id
    return not whose or entry.pack_id == whose


def _fits(document: Mapping[str, Any], words: Iterable[str]) -> bool:
    fields = ("name", "mib", "specific_problem", "oid", "severity")
    text = " ".join(str(document.get(name, "")) for name in fields).lower()
    return all(word in text for word in words)


def _given_view(oid: str, given: Given) -> EntryView:
    pack = given.packs.get(oid)
    return EntryView(
        document=given.documents[oid],
        is_own=False,
        giver=given.giver(oid),
        pack_id=pack.id if pack is not None else "",
    )


def _own_view(row: TrapEntry, given: Given) -> EntryView:
    return EntryView(
        document=row.document,
        is_own=True,
        giver=given.giver(row.oid) if row.oid in given.documents else "",
        updated_by=row.updated_by,
        updated_at=row.updated_at,
    )
