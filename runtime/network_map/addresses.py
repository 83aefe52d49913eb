"""The addresses that a drawing leads to, by key: hundreds on a page, each made of two parts."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """What is put before a key, which is quoted.

    Attributes:
        before_at: The page as it is, up to the key of the thing whose panel it opens.
        map: The map's own address.
        panel: The panel's.
    """

    before_at: str
    map: str
    panel: str

    def at(self, key: str) -> str:
        """Lead to the same page with the thing's panel open."""
        return f"{self.before_at}{quote(key, safe='')}"

    def inside(self, key: str) -> str:
        """Lead into a place."""
        return f"{self.map}?in={quote(key, safe='')}"

    def around(self, key: str) -> str:
        """Lead to what lies around a resource."""
        return f"{self.map}?around={quote(key, safe='')}"

    def panel_of(self, key: str) -> str:
        """Lead to the panel alone."""
        return f"{self.panel}?key={quote(key, safe='')}"
