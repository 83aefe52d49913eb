"""The inventory as an example's `services.inventory` describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.permissions.inventory import is_alike
from blocks.sdk import Direction

_EMPTY = {"kind": "node", "name": "", "type": "", "site": "", "attributes": {}}


@dataclass(frozen=True, slots=True)
class MockedInventory:
    """Finds among the resources that are described; answers all else as it is written."""

    described: Mapping[str, Any]

    def find(
        self,
        key: str = "",
        *,
        name: str = "",
        kind: str = "",
        attributes: Mapping[str, Any] | None = None,
        limit: int = 20,
    ) -> dict[str, Any]:
        """Give the resources that have all of what is given."""
        wanted = (attributes or {}).items()
        found = [
            one
            for one in self._resources()
            if key in ("", one["key"])
            and kind in ("", one["kind"])
            and name.casefold() in ("", one["name"].casefold())
            and all(is_alike(one["attributes"].get(each), value) for each, value in wanted)
        ]
        return {"resources": found[:limit], "more": len(found) > limit}

    def neighbours(
        self,
        key: str,
        *,
        depth: int = 1,
        direction: Direction = "any",  # noqa: ARG002  an example describes the one it asks for
    ) -> dict[str, Any] | None:
        """Give what is near, in whatever direction."""
        if key not in self.described.get("resources", {}):
            return None
        near = self.described.get("near", {}).get(key, [])
        found = [one for one in near if one.get("hops", 1) <= depth]
        return {"neighbours": found, "more": self._more}

    def common_causes(
        self,
        keys: list[str],
        *,
        depth: int = 5,
    ) -> dict[str, Any]:
        """Give the causes that are described, as far up as is asked for."""
        causes = [one for one in self.described.get("causes", ()) if one["hops"] <= depth]
        return {"causes": causes, "unknown": self._unknown(keys), "more": self._more}

    def services_over(self, keys: list[str]) -> dict[str, Any]:
        """Give the services and customers that are described."""
        return {
            "services": list(self.described.get("services", ())),
            "customers": list(self.described.get("customers", ())),
            "unknown": self._unknown(keys),
            "more": self._more,
        }

    @property
    def _more(self) -> bool:
        return bool(self.described.get("more", False))

    def _resources(self) -> list[dict[str, Any]]:
        said = self.described.get("resources", {})
        return [{"key": key, **_EMPTY, **said[key]} for key in sorted(said)]

    def _unknown(self, keys: list[str]) -> list[str]:
        return [key for key in keys if key not in self.described.get("resources", {})]
