"""What the map knows of a tenant's network, made once for each version of the inventory. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.inventory._tables import ResourceKind
from runtime.inventory.graph import Graph, Spot
from runtime.network_map.geography import Point, position_of
from runtime.network_map.places import Places, places_of
from runtime.network_map.scenes import Scene, overview


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A network, who is in what, the drawing of its top, and where things are on the earth."""

    graph: Graph
    places: Places
    top: Scene
    positions: Mapping[str, Point]

    def knows(self, key: str) -> bool:
        """Tell whether there is such a resource or place."""
        return key in self.places.root

    def spot(self, key: str) -> Spot:
        """Give a resource; of a place that is only named by what stands there, its name."""
        found = self.graph.spots.get(key)
        return found or Spot(kind=ResourceKind.SITE, name=key, type="", site="", attributes={})


def network_of(graph: Graph) -> Network:
    """Make the network of a graph."""
    places = places_of(graph)
    own = {
        key: at
        for key, spot in graph.spots.items()
        if (at := position_of(spot.attributes)) is not None
    }
    positions = dict(own)
    if own:
        for key in places.root:
            nearest = next((one for one in places.chain(key) if one in own), None)
            if nearest is not None:
                positions[key] = own[nearest]
    return Network(graph=graph, places=places, top=overview(graph, places), positions=positions)
