"""Which sources have their events filled from the inventory, and how often it lacked the object."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from runtime.alarms._tables import Source
from runtime.alarms.sources.filling import Filling, filling_of


def fillings_of(
    session: Session, tenant_id: UUID, source_ids: Iterable[UUID]
) -> dict[UUID, Filling]:
    """Give what is filled in for each of these sources; who is filled nothing is left out."""
    configs = session.execute(
        select(Source.id, Source.config).where(
            Source.tenant_id == tenant_id, Source.id.in_(list(source_ids))
        )
    )
    found = ((source_id, filling_of(config)) for source_id, config in configs)
    return {source_id: filling for source_id, filling in found if filling is not None}


def fillings_by_name(session: Session, tenant_id: UUID) -> dict[str, Filling]:
    """Give what is filled in for the sources of a tenant by the name that their alarms carry."""
    configs = session.execute(
        select(Source.name, Source.config).where(Source.tenant_id == tenant_id)
    )
    found = ((name, filling_of(config)) for name, config in configs)
    return {name: filling for name, filling in found if filling is not None}


def note_unknown(
    session: Session, tenant_id: UUID, source_id: UUID, *, number: int, last: str
) -> None:
    """Count events whose object the inventory does not have; the source's page tells it."""
    session.execute(
        update(Source)
        .where(Source.tenant_id == tenant_id, Source.id == source_id)
        .values(unknown_objects=Source.unknown_objects + number, last_unknown_object=last)
        .execution_options(synchronize_session=False)
    )
