"""What a step of a workflow asks of the inventory, answered as plain JSON. Pure.

The limits of what may be asked are those of `blocks.permissions.inventory`; every answer is bounded
here, and says so where it was cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks.permissions.inventory import is_alike
from blocks.sdk import Direction
from runtime.inventory._tables import ResourceKind
from runtime.inventory.graph import Graph, Near, Spot

CAUSES_MAX = 20
GIVEN_MAX = 10
"""So many places among them are for keys that were asked about: those that are disturbed."""


@dataclass(slots=True)
class _Cause:
    """What could have disturbed some of the keys: how many, and how far they are below."""

    explains: int = 0
    hops: int = 0
    hops_in_all: int = 0


def find_in(
    graph: Graph,
    key: str,
    *,
    name: str,
    kind: str,
    attributes: Mapping[str, Any] | None,
    limit: int,
) -> dict[str, Any]:
    """Find the resources that have all of what is given, by key. O(n) unless the key is given."""
    wanted, having = name.strip().casefold(), attributes or {}
    found = [
        one
        for one in ([key] if key else graph.spots)
        if (spot := graph.spots.get(one)) is not None
        and (not kind or spot.kind.value == kind)
        and (not wanted or spot.name.casefold() == wanted)
        and _has(spot.attributes, having)
    ]
    found.sort()
    documents = [
        {**place_document(graph, one), "attributes": dict(graph.spots[one].attributes)}
        for one in found[:limit]
    ]
    return {"resources": documents, "more": len(found) > limit}


def neighbours_in(
    graph: Graph, key: str, *, depth: int, direction: Direction
) -> dict[str, Any] | None:
    """Give what lies near a resource; None where it is not known."""
    if key not in graph.spots:
        return None
    walk = {"any": graph.neighbours, "above": graph.parents, "below": graph.dependants}[direction]
    reach = walk(key, hops=depth)
    return {"neighbours": [_near_document(graph, one) for one in reach.near], "more": reach.is_cut}


def common_causes_in(graph: Graph, keys: Sequence[str], *, depth: int) -> dict[str, Any]:
    """Give what could have disturbed these keys, what explains most first, then the nearest.

    O(keys x reach): each key is itself a cause of its own, and so is all that is above it.
    """
    known = [key for key in keys if key in graph.spots]
    causes: dict[str, _Cause] = {}
    is_cut = False
    for key in known:
        reach = graph.parents(key, hops=depth)
        is_cut = is_cut or reach.is_cut
        for near in (Near(key, 0), *reach.near):
            cause = causes.setdefault(near.key, _Cause())
            cause.explains += 1
            cause.hops = max(cause.hops, near.hops)
            cause.hops_in_all += near.hops
    order = sorted(causes, key=lambda one: _rank(one, causes[one]))
    given = set(known)
    first = set([one for one in order if one in given][:GIVEN_MAX])
    first |= set([one for one in order if one not in first][: CAUSES_MAX - len(first)])
    documents = [
        {
            **place_document(graph, one),
            "explains": causes[one].explains,
            "hops": causes[one].hops,
            "is_given": one in given,
        }
        for one in order
        if one in first
    ]
    unknown = [key for key in keys if key not in graph.spots]
    return {
        "causes": documents,
        "unknown": unknown,
        "more": is_cut or len(order) > CAUSES_MAX,
    }


def place_document(graph: Graph, key: str) -> dict[str, Any]:
    """Write what a resource is and where it stands; one that is only named has its key alone."""
    spot = graph.spots.get(key) or Spot(
        kind=ResourceKind.SITE, name=key, type="", site="", attributes={}
    )
    return {
        "key": key,
        "kind": spot.kind.value,
        "name": spot.name,
        "type": spot.type,
        "site": spot.site,
    }


def _near_document(graph: Graph, one: Near) -> dict[str, Any]:
    return {**place_document(graph, one.key), "hops": one.hops}


def _has(attributes: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    own = [(attributes[name], one) for name, one in wanted.items() if name in attributes]
    return len(own) == len(wanted) and all(is_alike(*pair) for pair in own)


def _rank(key: str, cause: _Cause) -> tuple[int, int, int, str]:
    return (-cause.explains, cause.hops, cause.hops_in_all, key)
