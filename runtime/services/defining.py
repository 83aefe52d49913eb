"""What a service rests on, spelled out over the inventory; it counts from an instant on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.lives import ids_naming, ids_on
from runtime.inventory.topology import graph_of
from runtime.services._tables import ServiceRow
from runtime.services.deriving import Asked, derive_services, write_derived
from runtime.services.model import Service, footing_of, parse_service, spell_out
from tenancy.rows import find_owned


def define(
    session: Session, row: ServiceRow, service: Service, *, since: datetime, now: datetime
) -> None:
    """Let what the service rests on count from an instant on, and derive how it went since."""
    row.footing = spell_out(service, graph_of(session, row.tenant_id))
    row.defined_at = since
    session.flush()
    keys = footing_of(row.key, row.document, row.footing).keys
    alarm_ids = frozenset(
        {
            **ids_on(session, row.tenant_id, keys, since=since),
            **ids_naming(session, row.tenant_id, row.key, since=since),
        }
    )
    asked = [Asked(row=row, since=since, alarm_ids=alarm_ids)]
    derived = derive_services(session, row.tenant_id, asked, now=now, is_first=True)
    write_derived(session, row.tenant_id, derived, now=now)
    session.refresh(row)


def define_anew(session: Session, tenant_id: UUID, service_id: UUID, *, now: datetime) -> bool:
    """Spell out anew what a service rests on, after the inventory changed; False where it stays."""
    row = find_owned(session, ServiceRow, tenant_id, service_id, lock=True)
    if row is None or not is_moved(session, row):
        return False
    row.revision += 1
    define(session, row, _service_of(row), since=now, now=now)
    return True


def is_moved(session: Session, row: ServiceRow) -> bool:
    """Tell whether the inventory says something else of what a service rests on than it did."""
    return bool(spell_out(_service_of(row), graph_of(session, row.tenant_id)) != row.footing)


def _service_of(row: ServiceRow) -> Service:
    return parse_service({**row.document, "watched_from": None})
