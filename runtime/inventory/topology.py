"""A tenant's graph, read from the database once a version and kept in the process.

Every change of the inventory gives it a new version in the same transaction, so that what is kept
is what was committed.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from kernel.ids import new_id
from kernel.kept import Kept
from runtime.inventory._tables import InventoryState, Resource, ResourceRelation
from runtime.inventory.graph import Graph, Spot, build_graph
from tenancy.rows import insert_new

GRAPHS_KEPT = 16
_graphs: Kept[tuple[UUID, int], Graph] = Kept(GRAPHS_KEPT)


def graph_of(session: Session, tenant_id: UUID) -> Graph:
    """Give the tenant's graph as this transaction sees it; read anew only when it changed."""
    version = version_of(session, tenant_id)
    return _graphs.get((tenant_id, version), lambda: _load(session, tenant_id))


def version_of(session: Session, tenant_id: UUID) -> int:
    """Give the version of the inventory as this transaction sees it; 0 before the first change."""
    mine = InventoryState.tenant_id == tenant_id
    return session.scalar(select(InventoryState.version).where(mine)) or 0


def note_change(session: Session, tenant_id: UUID) -> None:
    """Give the inventory a new version, in the transaction that changes something."""
    session.flush()
    fresh = {"id": new_id(), "tenant_id": tenant_id, "version": _new_version()}
    if not insert_new(session, InventoryState, fresh, keys=("tenant_id",)):
        session.execute(
            update(InventoryState)
            .where(InventoryState.tenant_id == tenant_id)
            .values(version=_new_version())
            .execution_options(synchronize_session=False)
        )


def _new_version() -> int:
    """Make a number that no other change has, not even one that was rolled back."""
    return new_id().int & (2**62 - 1)


def _load(session: Session, tenant_id: UUID) -> Graph:
    rows = session.execute(
        select(
            Resource.key,
            Resource.kind,
            Resource.name,
            Resource.type,
            Resource.site,
            Resource.attributes,
        ).where(Resource.tenant_id == tenant_id)
    )
    spots = {
        row.key: Spot(
            kind=row.kind, name=row.name, type=row.type, site=row.site, attributes=row.attributes
        )
        for row in rows
    }
    start, end = aliased(Resource), aliased(Resource)
    relations = session.execute(
        select(start.key, end.key, ResourceRelation.kind)
        .join(start, start.id == ResourceRelation.from_id)
        .join(end, end.id == ResourceRelation.to_id)
        .where(ResourceRelation.tenant_id == tenant_id)
    )
    return build_graph(spots, ((one, other, kind) for one, other, kind in relations))
