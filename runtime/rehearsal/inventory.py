"""`ctx.inventory` in a rehearsal: a network that is given, or an empty one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blocks.sdk import Direction
from kernel.errors import InvalidError
from runtime.inventory.asking import common_causes_in, find_in, neighbours_in
from runtime.inventory.depending import depending_on
from runtime.inventory.graph import Graph, Spot, build_graph
from runtime.inventory.reading.files import Naming, read_files


@dataclass(frozen=True, slots=True)
class FileInventory:
    """Answers out of a graph."""

    graph: Graph = field(default_factory=Graph)

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
        return find_in(self.graph, key, name=name, kind=kind, attributes=attributes, limit=limit)

    def neighbours(
        self, key: str, *, depth: int = 1, direction: Direction = "any"
    ) -> dict[str, Any] | None:
        """See `sdk.Inventory.neighbours`."""
        return neighbours_in(self.graph, key, depth=depth, direction=direction)

    def common_causes(self, keys: list[str], *, depth: int = 5) -> dict[str, Any]:
        """See `sdk.Inventory.common_causes`."""
        return common_causes_in(self.graph, keys, depth=depth)

    def services_over(self, keys: list[str]) -> dict[str, Any]:
        """See `sdk.Inventory.services_over`."""
        return depending_on(self.graph, keys, [])


def read_network(files: Sequence[bytes]) -> FileInventory:
    """Read a network from what an import takes: one file, or CSV of resources and of relations.

    Raises:
        InvalidError: nothing can be read, or some of it cannot; each problem says where.
    """
    found = read_files(files, Naming())
    if found.problems:
        raise InvalidError("some of it cannot be taken", problems=found.problems)
    spots = {
        key: Spot(
            kind=one.kind,
            name=one.title,
            type=one.type,
            site=one.site,
            attributes=one.attributes,
        )
        for key, one in found.resources.items()
    }
    relations = ((one.start, one.end, one.kind) for one in found.relations.values())
    return FileInventory(build_graph(spots, relations))
