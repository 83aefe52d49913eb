"""Resources of the inventory: put in, found by the key that alarms name them by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.ids import new_id
from runtime.inventory._tables import Resource, ResourceKind


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
    """Add a resource, or change the one with that key; give its id."""
    row = session.scalar(
        select(Resource).where(Resource.tenant_id == tenant_id, Resource.key == key)
    )
    if row is None:
        row = Resource(id=new_id(), tenant_id=tenant_id, key=key)
        session.add(row)
    row.kind, row.name, row.parent_id = ResourceKind(kind), name, parent_id
    row.attributes = dict(attributes or {})
    session.flush()
    return row.id
