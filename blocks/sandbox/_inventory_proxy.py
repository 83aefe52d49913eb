"""What stands behind `ctx.inventory` inside a child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.sandbox._asking import Part
from blocks.sdk import Direction


class InventoryProxy(Part):
    """`ctx.inventory`."""

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
        given = {"key": key, "name": name, "kind": kind, "limit": limit}
        wanted = attributes and dict(attributes)
        found: dict[str, Any] = self._asking.ask("inventory.find", **given, attributes=wanted)
        return found

    def neighbours(
        self, key: str, *, depth: int = 1, direction: Direction = "any"
    ) -> dict[str, Any] | None:
        """See `sdk.Inventory.neighbours`."""
        given = {"key": key, "depth": depth, "direction": direction}
        found: dict[str, Any] | None = self._asking.ask("inventory.neighbours", **given)
        return found

    def common_causes(self, keys: list[str], *, depth: int = 5) -> dict[str, Any]:
        """See `sdk.Inventory.common_causes`."""
        given = {"keys": list(keys), "depth": depth}
        found: dict[str, Any] = self._asking.ask("inventory.common_causes", **given)
        return found

    def services_over(self, keys: list[str]) -> dict[str, Any]:
        """See `sdk.Inventory.services_over`."""
        found: dict[str, Any] = self._asking.ask("inventory.services_over", keys=list(keys))
        return found
