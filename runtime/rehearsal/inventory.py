"""`ctx.inventory` in a rehearsal: a network that is given, or an empty one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks.sdk import Direction
from runtime.inventory.asking import common_causes_in, find_in, neighbours_in
from runtime.inventory.depending import depending_on
from runtime.inventory.graph import Graph


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
