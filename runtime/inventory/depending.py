"""Which services and customers some resources can take down, answered as plain JSON. Pure.

A service that is kept (`runtime.services`) says itself what it rests on, and how it does; one that
only the inventory has is known by what is below it. Customers are the inventory's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from runtime.inventory._tables import ResourceKind
from runtime.inventory.asking import place_document
from runtime.inventory.graph import HOPS_MAX, Graph, Near

SERVICES_MAX = 200
CUSTOMERS_MAX = 200
BECAUSE_MAX = 10


@dataclass(slots=True)
class _Below:
    """What can be taken down: over how many hops at least, and by which keys."""

    hops: int
    because: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class _Reached:
    """All that can be taken down, by key."""

    graph: Graph
    below: dict[str, _Below] = field(default_factory=dict)
    is_cut: bool = False

    def add(self, key: str, because: Iterable[str]) -> None:
        """Take in a key and all that it can take down, for these reasons."""
        reach = self.graph.dependants(key, hops=HOPS_MAX)
        self.is_cut = self.is_cut or reach.is_cut
        for near in (Near(key, 0), *reach.near):
            one = self.below.setdefault(near.key, _Below(near.hops))
            one.hops = min(one.hops, near.hops)
            one.because.update(dict.fromkeys(because))

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
        reached.add(one["key"], one["because"])
    of_kept = {one["key"] for one in kept}
    named = [key for key in reached.of(ResourceKind.SERVICE) if key not in of_kept]
    services = [{**one, "because": one["because"][:BECAUSE_MAX]} for one in kept]
    services += [_named(reached, key) for key in named]
    customers = [_customer(reached, key) for key in reached.of(ResourceKind.CUSTOMER)]
    known = {key for one in kept for key in one["because"]}
    return {
        "services": services[:SERVICES_MAX],
        "customers": customers[:CUSTOMERS_MAX],
        "unknown": [key for key in keys if key not in graph.spots and key not in known],
        "more": reached.is_cut or len(services) > SERVICES_MAX or len(customers) > CUSTOMERS_MAX,
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
