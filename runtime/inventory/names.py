"""What the resources of a tenant are called: keys and names alone, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from runtime.inventory._tables import Resource

_AT_ONCE = 1_000


def count_resources(session: Session, tenant_id: UUID) -> int:
    """Count the resources of a tenant."""
    wanted = select(func.count(Resource.id)).where(Resource.tenant_id == tenant_id)
    return session.scalar(wanted) or 0


def resource_names(session: Session, tenant_id: UUID) -> Iterator[str]:
    """Yield keys and names in no order, read as they are asked for; one may come twice."""
    wanted = select(Resource.key, Resource.name).where(Resource.tenant_id == tenant_id)
    for row in session.execute(wanted.execution_options(yield_per=_AT_ONCE)):
        yield from filter(None, row)
