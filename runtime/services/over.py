"""Which of the services that are kept rest on some resources, and how they do: for `ctx.inventory`.

The composition root puts it into every session's `info`, since runs know nothing of services.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.services._tables import ServiceRow
from runtime.services.store import ServiceView, view_of


def services_over(
    session: Session, tenant_id: UUID, keys: Collection[str], /
) -> list[dict[str, Any]]:
    """List the services that rest on any of these keys or have one of them, the worst first.

    All of a tenant's services are looked at (there are at most 5,000), so that the worst are among
    those that are told.
    """
    mine, wanted = ServiceRow.tenant_id == tenant_id, frozenset(keys)
    said = session.execute(select(ServiceRow.id, ServiceRow.key, ServiceRow.footing).where(mine))
    because = {one.id: wanted & _footing(one.key, one.footing) for one in said}
    rows = session.scalars(
        select(ServiceRow)
        .where(mine, ServiceRow.id.in_([service_id for service_id, on in because.items() if on]))
        .order_by(ServiceRow.state_rank.desc(), ServiceRow.sort_name, ServiceRow.id)
    )
    return [_document(view_of(row), sorted(because[row.id])) for row in rows]


def _footing(key: str, needs: Sequence[Mapping[str, Any]]) -> set[str]:
    """Give every key whose alarms count for a service, its own among them."""
    return {key}.union(*(root for need in needs for root in need["roots"]))


def _document(view: ServiceView, because: list[str]) -> dict[str, Any]:
    agreed = view.service.agreement
    return {
        "key": view.service.key,
        "name": view.name,
        "kind": view.service.kind,
        "state": view.state.value,
        "down": view.is_down,
        "since": format_instant(view.since),
        "percent": float(agreed.percent) if agreed is not None else None,
        "because": because,
    }
