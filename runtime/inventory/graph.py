"""The network as a graph: who is above whom, and what lies within so many hops. Pure.

*Above* a resource is what can take it down: what contains it, what it depends on, what carries it.
Connections have no above; they count where any neighbour will do. Every walk is bounded by hops
and by size: a dense network would otherwise be one neighbourhood.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from runtime.inventory._tables import RelationKind, ResourceKind

HOPS_MAX = 5
REACH_MAX = 500
CONTENTS_MAX = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What rules may ask of one resource."""

    kind: ResourceKind
    name: str
    type: str
    site: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Near:
    """One resource within reach, and how many hops away."""

    key: str
    hops: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What lies within so many hops, the nearest first; `is_cut` where there was more than fits."""

    near: tuple[Near, ...]
    is_cut: bool = False


@dataclass(slots=True)
class Graph:
    """One tenant's inventory at one version, by key."""

    spots: dict[str, Spot] = field(default_factory=dict)
    above: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    below: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    beside: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    inside: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def relate(self, start: str, end: str, kind: RelationKind) -> None:
        """Take one relation over, read from `start` to `end`."""
        self.beside[start].add(end)
        self.beside[end].add(start)
        if kind is RelationKind.CONTAINS:
            self.inside[start].add(end)
        if kind is not RelationKind.CONNECTS:
            lower, upper = (start, end) if kind is RelationKind.DEPENDS_ON else (end, start)
            self.above[lower].add(upper)
            self.below[upper].add(lower)

    def parents(self, key: str, *, hops: int) -> Reach:
        """Give what is above a resource, at most so many hops up."""
        return _reach(self.above, key, hops)

    def dependants(self, key: str, *, hops: int) -> Reach:
        """Give what it can take down, at most so many hops down."""
        return _reach(self.below, key, hops)

    def all_dependants(self, keys: Iterable[str], *, hops: int, most: int) -> tuple[Near, ...]:
        """Give what any of these can take down, at most so many hops down and at most so much."""
        return _walk(self.below, sorted(keys), hops, most=most).near

    def neighbours(self, key: str, *, hops: int) -> Reach:
        """Give what stands in any relation to it, over at most so many hops."""
        return _reach(self.beside, key, hops)

    def contents(self, keys: Iterable[str]) -> frozenset[str]:
        """Give the keys with all they contain, however deep, and what stands at them as a site."""
        found, waiting = set(keys), list(keys)
        while waiting and len(found) < CONTENTS_MAX:
            new = self.inside.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return frozenset(found)

    def at_sites(self, keys: Iterable[str]) -> frozenset[str]:
        """Give sites with all they contain and all that says it stands there."""
        sites = self.contents(keys)
        standing = (key for key, spot in self.spots.items() if spot.site in sites)
        return self.contents([*sites, *standing])


def build_graph(
    spots: Mapping[str, Spot], relations: Iterable[tuple[str, str, RelationKind]]
) -> Graph:
    """Build a graph of resources by key and of relations between keys."""
    graph = Graph(spots=dict(spots))
    for start, end, kind in relations:
        graph.relate(start, end, kind)
    for key, spot in spots.items():
        if spot.site and spot.site != key and spot.site in spots:
            graph.relate(spot.site, key, RelationKind.CONTAINS)
    return graph


def _reach(edges: Mapping[str, set[str]], key: str, hops: int) -> Reach:
    """Walk from one resource; the start itself is not within its own reach."""
    return _walk(edges, [key], hops, most=REACH_MAX, seen={key})


def _walk(
    edges: Mapping[str, set[str]],
    front: Sequence[str],
    hops: int,
    *,
    most: int,
    seen: Iterable[str] = (),
) -> Reach:
    """Walk breadth first, in the order of keys, to what was not seen yet.

    O(reach), at most `most`: beyond, the nearest are kept.
    """
    found: list[Near] = []
    known = set(seen)
    for distance in range(1, min(hops, HOPS_MAX) + 1):
        front = list(islice(_next(edges, front, known), most - len(found)))
        found += [Near(one, distance) for one in front]
        if len(found) >= most:
            return Reach(tuple(found), is_cut=True)
    return Reach(tuple(found))


def _next(edges: Mapping[str, set[str]], front: Sequence[str], seen: set[str]) -> Iterator[str]:
    for one in front:
        for other in sorted(edges.get(one, ())):
            if other not in seen:
                seen.add(other)
                yield other
