"""The invented network: sites in a ring with two chords, nodes, links, and services on them."""

from __future__ import annotations

from dataclasses import dataclass

SITES: tuple[tuple[str, str, str], ...] = (
    ("ZRH", "Zürich", "gold"),
    ("BRN", "Bern", "gold"),
    ("BSL", "Basel", "silver"),
    ("GVA", "Geneva", "gold"),
    ("LSN", "Lausanne", "silver"),
    ("LUG", "Lugano", "bronze"),
    ("LUZ", "Lucerne", "silver"),
    ("STG", "St. Gallen", "bronze"),
)
COORDINATES: dict[str, tuple[float, float]] = {
    "ZRH": (47.378, 8.540),
    "BRN": (46.949, 7.439),
    "BSL": (47.548, 7.590),
    "GVA": (46.210, 6.142),
    "LSN": (46.517, 6.629),
    "LUG": (46.005, 8.947),
    "LUZ": (47.050, 8.310),
    "STG": (47.423, 9.370),
}
RING = ("ZRH", "STG", "LUG", "LUZ", "BRN", "LSN", "GVA", "BSL")
CHORDS = (("ZRH", "BRN"), ("BSL", "BRN"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A fibre link between the core routers of two sites."""

    key: str
    ends: tuple[str, str]


def make_links() -> list[Link]:
    """List the links: the ring, then the chords."""
    around = list(zip(RING, (*RING[1:], RING[0]), strict=True))
    pairs = [*around, *CHORDS]
    return [Link(key=f"link-{a.lower()}-{b.lower()}", ends=(a, b)) for a, b in pairs]


def node_of(site: str) -> str:
    """Name the core router of a site."""
    return f"core-{site.lower()}"


def access_of(site: str) -> list[str]:
    """Name the access switches of a site."""
    return [f"acc-{site.lower()}-{number}" for number in (1, 2)]


def services_on(site: str) -> list[str]:
    """Name the services that hang on a site."""
    return [f"vpn-{site.lower()}", f"voice-{site.lower()}"]
