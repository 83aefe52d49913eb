"""What a person marked in the palette and placed last, in one organisation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from designer.palette._tables import PaletteMemory
from kernel.errors import ConflictError
from runtime.flows.following import name_of, nodes_of
from tenancy.rows import insert_new

FAVOURITES_MOST = 100
RECENT_MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Names of blocks: those marked, in the order of marking; those placed, the last first."""

    favourites: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()


def memory_of(session: Session, tenant_id: UUID, person_id: UUID | None) -> Memory:
    """Give what is remembered of a person; of a program nothing is."""
    row = session.get(PaletteMemory, (tenant_id, person_id)) if person_id is not None else None
    if row is None:
        return Memory()
    return Memory(favourites=tuple(row.favourites), recent=tuple(row.recent))


def set_favourite(
    session: Session, tenant_id: UUID, person_id: UUID, name: str, *, is_one: bool
) -> None:
    """Mark a block for a person, or take the mark away; either twice changes nothing.

    Raises:
        ConflictError: as many are marked as there may be.
    """
    row = _row(session, tenant_id, person_id)
    others = [one for one in row.favourites if one != name]
    if is_one and len(others) >= FAVOURITES_MOST:
        told = f"{FAVOURITES_MOST} blocks are favourites already: take the star off another first"
        raise ConflictError(told)
    if is_one is not (name in row.favourites):
        row.favourites = [*others, name] if is_one else others
    session.flush()


def note_placed(
    session: Session,
    tenant_id: UUID,
    person_id: UUID | None,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Remember which blocks a draft has more of than before; both are documents of a workflow."""
    placed = placed_in(before, after)
    if person_id is None or not placed:
        return
    row = _row(session, tenant_id, person_id)
    row.recent = list(dict.fromkeys([*placed, *row.recent]))[:RECENT_MOST]
    session.flush()


def placed_in(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Name what a document has more of than before, what stands last in it first."""
    names = [name_of(one) for one in nodes_of(after).values()]
    more = Counter(names) - Counter(name_of(one) for one in nodes_of(before).values())
    return list(dict.fromkeys(name for name in reversed(names) if name in more))


def _row(session: Session, tenant_id: UUID, person_id: UUID) -> PaletteMemory:
    """Give the row of a person, locked; a first one is made."""
    keys = {"tenant_id": tenant_id, "person_id": person_id}
    fresh = {**keys, "favourites": [], "recent": []}
    insert_new(session, PaletteMemory, fresh, keys=("tenant_id", "person_id"))
    return session.get_one(
        PaletteMemory, (tenant_id, person_id), populate_existing=True, with_for_update=True
    )
