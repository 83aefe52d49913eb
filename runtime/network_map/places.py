"""Who is in what: every resource has one holder, or stands at the top. Pure.

A holder is what contains a resource, else the place it says it stands at; that place need not be
in the inventory itself. Where several contain it, the first by key does. A ring of resources that
contain each other is opened at its last key, and what would lie deeper than 100 stands at the top:
every walk up ends, and soon.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from runtime.inventory.graph import CONTENTS_MAX, Graph

DEPTH_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """A tenant's network as a tree of what is in what, by key.

    Attributes:
        holder: What a resource is in; those at the top have none.
        members: What is in a place, directly, by key.
        root: The topmost place a resource is in, itself at the top.
        top: What is in nothing, by key.
    """

    holder: Mapping[str, str]
    members: Mapping[str, Sequence[str]]
    root: Mapping[str, str]
    top: Sequence[str]

    def chain(self, key: str) -> list[str]:
        """Give a resource and all it is in, the nearest first."""
        return list(_upwards(key, self.holder))

    def within(self, key: str) -> list[str]:
        """Give a resource and all that is in it, however deep; 20,000 at most."""
        found = [key]
        for one in found:
            found += self.members.get(one, ())[: max(0, CONTENTS_MAX - len(found))]
        return found


def places_of(graph: Graph) -> Places:
    """Find out who is in what.

    O(n log n) of resources and relations, however they are nested.
    """
    holder = _opened(_wanted(graph))
    members: dict[str, list[str]] = defaultdict(list)
    for key in sorted(holder):
        members[holder[key]].append(key)
    every = sorted({*graph.spots, *members})
    root: dict[str, str] = {}
    waiting = [(key, key, 0) for key in every if key not in holder]
    for key, top, depth in waiting:
        root[key] = top
        if depth < DEPTH_MAX:
            waiting += [(inner, top, depth + 1) for inner in members.get(key, ())]
        else:
            for inner in members.pop(key, ()):
                del holder[inner]
                waiting.append((inner, inner, 0))
    at_top = [key for key in every if key not in holder]
    return Places(holder=holder, members=dict(members), root=root, top=at_top)


def _opened(wanted: Mapping[str, str]) -> dict[str, str]:
    """Leave out one holder of each ring, that of its last key."""
    holder = dict(wanted)
    seen: set[str] = set()
    for key in wanted:
        way: list[str] = []
        at = key
        while at in holder and at not in seen:
            seen.add(at)
            way.append(at)
            at = holder[at]
        if at in way:
            del holder[max(way[way.index(at) :])]
    return holder


def _wanted(graph: Graph) -> dict[str, str]:
    """Give each resource's container, the first by key, or else the place it stands at."""
    found: dict[str, str] = {}
    for outer, inner in graph.inside.items():
        for key in inner:
            found[key] = min(found.get(key, outer), outer)
    for key, spot in graph.spots.items():
        if spot.site and spot.site != key:
            found.setdefault(key, spot.site)
    return found


def _upwards(key: str, holder: Mapping[str, str]) -> Iterator[str]:
    yield key
    while key in holder:
        key = holder[key]
        yield key
