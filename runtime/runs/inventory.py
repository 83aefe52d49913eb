"""`ctx.inventory` for a tenant's steps: read from what the tenant has, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.sdk import Direction
from runtime.inventory.asking import common_causes_in, find_in, neighbours_in
from runtime.inventory.depending import depending_on
from runtime.inventory.graph import Graph, Spot
from runtime.inventory.resources import find_resource
from runtime.inventory.topology import graph_of

SERVICES_OVER = "garland.services_over"
ServicesOver = Callable[[Session, UUID, Collection[str]], list[dict[str, Any]]]
"""Lists the services that are kept and rest on some keys: `runtime.services.over`, which the
composition root puts into every session's `info`. Where there is none, no service is kept."""


@dataclass(frozen=True, slots=True)
class TenantInventory:
    """One tenant's inventory; `opened` gives a session that is bound to the tenant."""

    tenant_id: UUID
    opened: Callable[[], AbstractContextManager[Session]]

    def find(
        self,
        key: str = "",
        *,
        name: str = "",
        kind: str = "",
        attributes: Mapping[str, Any] | None = None,
        limit: int = 20,
    ) -> dict[str, Any]:
        """See `sdk.Inventory.find`."""
        with self.opened() as session:
            graph = self._alone(session, key) if key else graph_of(session, self.tenant_id)
        return find_in(graph, key, name=name, kind=kind, attributes=attributes, limit=limit)

    def neighbours(
        self, key: str, *, depth: int = 1, direction: Direction = "any"
    ) -> dict[str, Any] | None:
        """See `sdk.Inventory.neighbours`."""
        with self.opened() as session:
            graph = graph_of(session, self.tenant_id)
        return neighbours_in(graph, key, depth=depth, direction=direction)

    def common_causes(self, keys: list[str], *, depth: int = 5) -> dict[str, Any]:
        """See `sdk.Inventory.common_causes`."""
        with self.opened() as session:
            graph = graph_of(session, self.tenant_id)
        return common_causes_in(graph, keys, depth=depth)

    def services_over(self, keys: list[str]) -> dict[str, Any]:
        """See `sdk.Inventory.services_over`."""
        with self.opened() as session:
            graph = graph_of(session, self.tenant_id)
            services_over: ServicesOver | None = session.info.get(SERVICES_OVER)
            kept = services_over(session, self.tenant_id, keys) if services_over else []
        return depending_on(graph, keys, kept)

    def _alone(self, session: Session, key: str) -> Graph:
        """Give one resource as a graph: nobody waits for all of a large network to be read."""
        one = find_resource(session, self.tenant_id, key)
        if one is None:
            return Graph()
        spot = Spot(
            kind=one.kind, name=one.name, type=one.type, site=one.site, attributes=one.attributes
        )
        return Graph(spots={key: spot})
