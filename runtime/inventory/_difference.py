"""What applying a file would change: compared with the inventory as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.ids import new_id
from runtime.imports.reading import count_changes
from runtime.inventory._tables import Resource, ResourceRelation
from runtime.inventory.model import Gathered, RelationKind, RelationSaid, missing_ends

_COLUMNS = ("kind", "name", "type", "site", "attributes")


@dataclass(slots=True)
class Difference:
    """What applying would change; rows are the columns of resources."""

    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    same: int = 0
    gone: dict[str, UUID] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    relations: list[RelationSaid] = field(default_factory=list)
    lost: list[RelationSaid] = field(default_factory=list)

    def counts(self) -> dict[str, Any]:
        """Say how many of each, and some of their keys."""
        counts = count_changes(
            new=[row["key"] for row in self.new],
            changed=[row["key"] for row in self.changed],
            gone=sorted(self.gone),
            same=self.same,
        )
        return {**counts, "relations": len(self.relations)}


def compare(session: Session, tenant_id: UUID, gathered: Gathered, origin: str) -> Difference:
    """Compare what a file says with what the inventory says now."""
    known, found = _known(session, tenant_id), Difference()
    for key, said in gathered.resources.items():
        row = {
            "key": key,
            "kind": said.kind,
            "name": said.title,
            "type": said.type,
            "site": said.site,
            "attributes": dict(said.attributes),
        }
        there = known.get(key)
        if there is None:
            found.new.append({"id": new_id(), "tenant_id": tenant_id, "origin": origin, **row})
        elif any(getattr(there, name) != row[name] for name in _COLUMNS) or there.origin != origin:
            found.changed.append({"id": there.id, "origin": origin, **row})
        else:
            found.same += 1
    found.gone = {
        key: row.id
        for key, row in known.items()
        if row.origin == origin and key not in gathered.resources
    }
    found.ids = {key: row.id for key, row in known.items()}
    found.ids |= {row["key"]: row["id"] for row in found.new}
    found.lost = missing_ends(gathered, known)
    lost = {one.identity for one in found.lost}
    there_already = _related(session, tenant_id)
    found.relations = [
        one
        for identity, one in gathered.relations.items()
        if identity not in lost and not _ends_of(one, found.ids) & there_already
    ]
    return found


def _known(session: Session, tenant_id: UUID) -> dict[str, Any]:
    columns = (
        Resource.id,
        Resource.key,
        Resource.origin,
        *(getattr(Resource, c) for c in _COLUMNS),
    )
    rows = session.execute(select(*columns).where(Resource.tenant_id == tenant_id))
    return {row.key: row for row in rows}


def _related(session: Session, tenant_id: UUID) -> set[tuple[UUID, UUID, RelationKind]]:
    rows = session.execute(
        select(ResourceRelation.from_id, ResourceRelation.to_id, ResourceRelation.kind).where(
            ResourceRelation.tenant_id == tenant_id
        )
    )
    return {(row.from_id, row.to_id, row.kind) for row in rows}


def _ends_of(said: RelationSaid, ids: Mapping[str, UUID]) -> set[tuple[UUID, UUID, RelationKind]]:
    """Give how a relation may stand in the database; a connection stands either way."""
    start, end = ids[said.start], ids[said.end]
    turned = {(end, start, said.kind)} if said.kind is RelationKind.CONNECTS else set()
    return {(start, end, said.kind)} | turned
