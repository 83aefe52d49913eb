"""Resources of the inventory: put in, found by the key that alarms name them by, taken out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from kernel.db import or_taken
from kernel.errors import InvalidError, NotFoundError, Problem
from kernel.ids import new_id
from runtime.inventory._tables import (
    RelationKind,
    Resource,
    ResourceKind,
    ResourceRelation,
)
from runtime.inventory.model import ResourceSaid, require_resource
from runtime.inventory.topology import note_change
from tenancy.rows import get_owned


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceView:
    """One resource."""

    id: UUID
    key: str
    kind: ResourceKind
    name: str
    type: str
    site: str
    origin: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationView:
    """One relation of a resource, seen from it: `is_turned` where the other is the first."""

    id: UUID
    kind: RelationKind
    other: ResourceView
    is_turned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceFilter:
    """Which resources to list: words that are part of key, name, type or site; empty means all."""

    q: str = ""
    kind: str = ""
    site: str = ""


def put_resource(  # noqa: PLR0913  the columns of a resource
    session: Session,
    tenant_id: UUID,
    kind: str,
    key: str,
    name: str,
    *,
    attributes: Mapping[str, Any] | None = None,
    parent_id: UUID | None = None,
) -> UUID:
    """Add a resource, or change the one with that key; give its id. The parent contains it."""
    said = {"kind": kind, "key": key, "name": name, "attributes": dict(attributes or {})}
    made = save_resource(session, tenant_id, said)
    if parent_id is not None:
        put_relation(session, tenant_id, parent_id, made.id, kind=RelationKind.CONTAINS.value)
    return made.id


def add_resource(session: Session, tenant_id: UUID, said: Mapping[str, Any]) -> ResourceView:
    """Add a resource; raises InvalidError where one has the key, or a field cannot be taken."""
    key = str(said.get("key", "")).strip()
    if key and find_resource(session, tenant_id, key) is not None:
        raise _refused("key", f"there is a resource {key} already: choose another key")
    return save_resource(session, tenant_id, said)


def save_resource(
    session: Session,
    tenant_id: UUID,
    said: Mapping[str, Any],
    *,
    resource_id: UUID | None = None,
) -> ResourceView:
    """Add a resource, or change the one with that id, else the one with its key.

    Raises:
        InvalidError: naming the field that cannot be taken, or the key that another one has.
        NotFoundError: there is no resource with that id.
    """
    checked = require_resource(said)
    there = find_resource(session, tenant_id, checked.key)
    taken = _refused("key", f"there is a resource {checked.key} already: choose another key")
    if resource_id is not None and there is not None and there.id != resource_id:
        raise taken
    known = resource_id or (there.id if there is not None else None)
    if known is None:
        row = Resource(id=new_id(), tenant_id=tenant_id, origin="")
    else:
        row = get_owned(session, Resource, tenant_id, known, name="resource", lock=True)
    with or_taken(session, taken):
        _write(row, checked)
        session.add(row)
    note_change(session, tenant_id)
    return view_of(row)


def delete_resource(session: Session, tenant_id: UUID, resource_id: UUID) -> ResourceView:
    """Take a resource out, with its relations; raises NotFoundError."""
    row = get_owned(session, Resource, tenant_id, resource_id, name="resource", lock=True)
    gone = view_of(row)
    session.delete(row)
    note_change(session, tenant_id)
    return gone


def get_resource(session: Session, tenant_id: UUID, resource_id: UUID) -> ResourceView:
    """Give one resource; raises NotFoundError."""
    return view_of(get_owned(session, Resource, tenant_id, resource_id, name="resource"))


def find_resource(session: Session, tenant_id: UUID, key: str) -> ResourceView | None:
    """Give the resource with that key, or None."""
    row = session.scalar(
        select(Resource).where(Resource.tenant_id == tenant_id, Resource.key == key)
    )
    return view_of(row) if row is not None else None


def list_resources(
    session: Session,
    tenant_id: UUID,
    wanted: ResourceFilter,
    *,
    limit: int = 50,
    after: Sequence[str] | None = None,
) -> list[ResourceView]:
    """List resources by key; `after` is where the page before ended."""
    query = select(Resource).where(Resource.tenant_id == tenant_id, *_conditions(wanted))
    if after is not None:
        query = query.where(Resource.key > after[0])
    return [view_of(row) for row in session.scalars(query.order_by(Resource.key).limit(limit))]


def place_of(resource: ResourceView) -> list[str]:
    """Give where a page that ends with this resource ended, for `after`."""
    return [resource.key]


def count_by_kind(session: Session, tenant_id: UUID) -> dict[str, int]:
    """Count the resources of each kind."""
    found = session.execute(
        select(Resource.kind, func.count(Resource.id))
        .where(Resource.tenant_id == tenant_id)
        .group_by(Resource.kind)
    )
    return {kind.value: count for kind, count in found}


def site_keys(session: Session, tenant_id: UUID, *, limit: int = 500) -> list[str]:
    """List the keys of sites, and of places that resources stand at."""
    standing = select(Resource.site).where(Resource.tenant_id == tenant_id, Resource.site != "")
    sites = select(Resource.key).where(
        Resource.tenant_id == tenant_id, Resource.kind == ResourceKind.SITE
    )
    found = {
        *session.scalars(standing.distinct().limit(limit)),
        *session.scalars(sites.limit(limit)),
    }
    return sorted(found)[:limit]


def put_relation(
    session: Session, tenant_id: UUID, from_id: UUID, to_id: UUID, *, kind: str
) -> None:
    """Let one resource stand in a relation to another; one that is there stays.

    Raises:
        NotFoundError: one of them is not there.
        InvalidError: the kind is none, or both are the same.
    """
    if kind not in {one.value for one in RelationKind}:
        raise _refused(
            "kind", f"{kind} is no relation: use connects, contains, depends_on, carries"
        )
    if from_id == to_id:
        raise _refused("to", "a resource cannot stand in a relation to itself: choose another")
    for one in (from_id, to_id):
        get_owned(session, Resource, tenant_id, one, name="resource")
    wanted = RelationKind(kind)
    if not _is_related(session, tenant_id, from_id, to_id, wanted):
        row = ResourceRelation(id=new_id(), from_id=from_id, to_id=to_id, kind=wanted)
        row.tenant_id = tenant_id
        session.add(row)
        note_change(session, tenant_id)


def drop_relation(session: Session, tenant_id: UUID, relation_id: UUID) -> None:
    """Undo a relation; raises NotFoundError."""
    session.delete(get_owned(session, ResourceRelation, tenant_id, relation_id, name="relation"))
    note_change(session, tenant_id)


def relations_of(
    session: Session, tenant_id: UUID, resource_id: UUID, *, limit: int = 200
) -> list[RelationView]:
    """List the relations of a resource, by kind and the other's key."""
    mine = or_(ResourceRelation.from_id == resource_id, ResourceRelation.to_id == resource_id)
    other = or_(
        (ResourceRelation.from_id == resource_id) & (Resource.id == ResourceRelation.to_id),
        (ResourceRelation.to_id == resource_id) & (Resource.id == ResourceRelation.from_id),
    )
    rows = session.execute(
        select(ResourceRelation, Resource)
        .join(Resource, other)
        .where(ResourceRelation.tenant_id == tenant_id, mine)
        .order_by(ResourceRelation.kind, Resource.key)
        .limit(limit)
    )
    return [
        RelationView(
            id=relation.id,
            kind=relation.kind,
            other=view_of(resource),
            is_turned=relation.to_id == resource_id,
        )
        for relation, resource in rows
    ]


def require_key(session: Session, tenant_id: UUID, key: str, *, field: str) -> ResourceView:
    """Give the resource of that key; a problem with the field where there is none."""
    found = find_resource(session, tenant_id, key)
    if found is None:
        raise _refused(field, f"there is no resource {key}: add it first, or choose another")
    return found


def view_of(row: Resource) -> ResourceView:
    """Freeze a row."""
    return ResourceView(**{name: getattr(row, name) for name in ResourceView.__dataclass_fields__})


def _write(row: Resource, said: ResourceSaid) -> None:
    row.kind, row.key, row.name = said.kind, said.key, said.title
    row.type, row.site, row.attributes = said.type, said.site, dict(said.attributes)


def _is_related(
    session: Session, tenant_id: UUID, from_id: UUID, to_id: UUID, kind: RelationKind
) -> bool:
    ends = (ResourceRelation.from_id == from_id) & (ResourceRelation.to_id == to_id)
    if kind is RelationKind.CONNECTS:
        ends |= (ResourceRelation.from_id == to_id) & (ResourceRelation.to_id == from_id)
    there = select(ResourceRelation.id).where(
        ResourceRelation.tenant_id == tenant_id, ResourceRelation.kind == kind, ends
    )
    return session.scalar(there.limit(1)) is not None


def _conditions(wanted: ResourceFilter) -> list[ColumnElement[bool]]:
    texts = (Resource.key, Resource.name, Resource.type, Resource.site)
    found: list[ColumnElement[bool]] = [
        or_(*(text.icontains(word, autoescape=True) for text in texts))
        for word in wanted.q.split()[:8]
    ]
    if wanted.kind:
        if wanted.kind not in {kind.value for kind in ResourceKind}:
            raise NotFoundError(f"there is no kind of resource {wanted.kind}")
        found.append(Resource.kind == ResourceKind(wanted.kind))
    if wanted.site:
        found.append(or_(Resource.site == wanted.site, Resource.key == wanted.site))
    return found


def _refused(field: str, message: str) -> InvalidError:
    return InvalidError(
        f"{field}: {message}", problems=[Problem(f"/{field}", f"{field}: {message}")]
    )
