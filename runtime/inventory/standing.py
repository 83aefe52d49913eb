"""A resource among the others: what is above it, and which services rest on it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.inventory._tables import ResourceKind
from runtime.inventory.graph import HOPS_MAX, Graph, Near
from runtime.inventory.resources import RelationView, ResourceView, get_resource, relations_of
from runtime.inventory.topology import graph_of

SHOWN = 50
_RESTING = (ResourceKind.SERVICE, ResourceKind.CUSTOMER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One resource with what its page shows.

    Attributes:
        above: What can take it down, the nearest first.
        resting: Services and customers that it can take down, by kind and key.
        is_cut: Whether there is more above or resting than is shown.
    """

    resource: ResourceView
    relations: list[RelationView]
    above: tuple[Near, ...]
    resting: list[tuple[str, str, str]]
    is_cut: bool


def standing_of(session: Session, tenant_id: UUID, resource_id: UUID) -> Standing:
    """Gather what stands round a resource; raises NotFoundError."""
    found = get_resource(session, tenant_id, resource_id)
    graph = graph_of(session, tenant_id)
    above = graph.parents(found.key, hops=HOPS_MAX)
    below = graph.dependants(found.key, hops=HOPS_MAX)
    resting = _resting(graph, below.near)
    return Standing(
        resource=found,
        relations=relations_of(session, tenant_id, resource_id),
        above=above.near[:SHOWN],
        resting=resting[:SHOWN],
        is_cut=above.is_cut or below.is_cut or max(len(above.near), len(resting)) > SHOWN,
    )


def _resting(graph: Graph, near: tuple[Near, ...]) -> list[tuple[str, str, str]]:
    """Give kind, key and name of the services and customers among what is near."""
    spots = [(one.key, graph.spots[one.key]) for one in near if one.key in graph.spots]
    kinds = [(spot.kind.value, key, spot.name) for key, spot in spots if spot.kind in _RESTING]
    return sorted(kinds)
