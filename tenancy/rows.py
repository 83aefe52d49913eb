"""One row of a tenant by its id: found, or told apart from nothing else than "not there"."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.db import TenantOwned
from kernel.errors import NotFoundError

Row = TypeVar("Row", bound=TenantOwned)


def find_owned(
    session: Session, model: type[Row], tenant_id: UUID, key: UUID, *, lock: bool = False
) -> Row | None:
    """Find a tenant's row by its column `id`; locked until the transaction ends where asked."""
    entity: Any = model
    wanted = select(entity).where(entity.id == key, entity.tenant_id == tenant_id)
    found: Row | None = session.scalar(wanted.with_for_update() if lock else wanted)
    return found


def get_owned(
    session: Session,
    model: type[Row],
    tenant_id: UUID,
    key: UUID,
    *,
    name: str,
    lock: bool = False,
) -> Row:
    """Give a tenant's row by its column `id`.

    Raises:
        NotFoundError: there is no such `name`, or it is another tenant's.
    """
    found = find_owned(session, model, tenant_id, key, lock=lock)
    if found is None:
        raise NotFoundError(f"no such {name}", id=str(key))
    return found
