"""Which services and customers some resources can take down, answered as plain JSON. Pure.

A service that is kept (`runtime.services`) says itself what it rests on, and how it does; one that
only the inventory has is known by what is below it. Customers are the inventory's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from runtime.inventory._tables import ResourceKind
from runtime.inventory.asking import place_document
from runtime.inventory.graph import HOPS_MAX, Graph

SERVICES_MAX = 200
CUSTOMERS_MAX = 200
BECAUSE_MAX = 10
REACH_MAX = 20_000


@dataclass(slots=True)
class _Below:
    """What can be taken down: over how many hops, and by which keys, some of them."""

    hops: int
    because: dict[str, None]

    def also(self, because: Iterable[str]) -> None:
        """Take in further keys while there are few."""
        if len(self.because) < BECAUSE_MAX:
            self.because.update(dict.fromkeys(because))


@dataclass(slots=True)
class _Reached:
    """All that some keys can take down: one walk from all of them at once, breadth first.

    O(reach), at most 20,000 resources; the nearest are kept.
    """

    graph: Graph
    below: dict[str, _Below] = field(default_factory=dict)
    is_cut: bool = False

    def add(self, key: str, because: Iterable[str]) -> None:
        """Let the walk begin at a key as well, for these reasons."""
        self.below.setdefault(key, _Below(0, {})).also(because)

    def walk(self) -> None:
        """Go down as far as one may."""
        front = list(self.below)
        for hops in range(1, HOPS_MAX + 1):
            front = [new for key in front for new in self._next(key, hops)]

    def _next(self, key: str, hops: int) -> Iterator[str]:
        because = self.below[key].because
        for lower in sorted(self.graph.below.get(key, ())):
            known = self.below.get(lower)
            if known is not None:
                known.also(because)
            elif len(self.below) >= REACH_MAX:
                self.is_cut = True
            else:
                self.below[lower] = _Below(hops, dict(because))
                yield lower

    def of(self, kind: ResourceKind) -> list[str]:
        """Give the keys of one kind, the nearest first."""
        spots = self.graph.spots
        found = [key for key in self.below if key in spots and spots[key].kind is kind]
        return sorted(found, key=lambda one: (self.below[one].hops, one))

    def because(self, key: str) -> list[str]:
        """Give some of the keys that can take one down."""
        return list(self.below[key].because)[:BECAUSE_MAX]


def depending_on(
    graph: Graph, keys: Sequence[str], kept: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Answer `sdk.Inventory.services_over`.

    Args:
        graph: The network.
        keys: What is asked about.
        kept: Documents of the services that are kept and rest on any of the keys, the worst first.
    """
    reached = _Reached(graph)
    for key in keys:
        reached.add(key, [key])
    for one in kept:
        reached.add(one["key"], one["because"][:BECAUSE_MAX])
    reached.walk()
    of_kept = {one["key"] for one in kept}
    named = [key for key in reached.of(ResourceKind.SERVICE) if key not in of_kept]
    services = [{**one, "because": one["because"][:BECAUSE_MAX]} for one in kept]
    services += [_named(reached, key) for key in named]
    buyers = reached.of(ResourceKind.CUSTOMER)
    known = {key for one in kept for key in one["because"]}
    return {
        "services": services[:SERVICES_MAX],
        "customers": [_customer(reached, key) for key in buyers[:CUSTOMERS_MAX]],
        "unknown": [key for key in keys if key not in graph.spots and key not in known],
        "more": reached.is_cut or len(services) > SERVICES_MAX or len(buyers) > CUSTOMERS_MAX,
    }


def _named(reached: _Reached, key: str) -> dict[str, Any]:
    """Write a service that only the inventory has: how it does is not known."""
    place = place_document(reached.graph, key)
    return {
        "key": key,
        "name": place["name"],
        "kind": place["type"],
        "state": "",
        "down": False,
        "since": None,
        "percent": None,
        "because": reached.because(key),
    }


def _customer(reached: _Reached, key: str) -> dict[str, Any]:
    hops, because = reached.below[key].hops, reached.because(key)
    return {**place_document(reached.graph, key), "hops": hops, "because": because}
