"""What the inventory knows of an object, in an alarm's own words. Pure.

One reading for everybody who asks: a source whose events are filled before they are judged, and a
rule that fills an alarm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from runtime.inventory._tables import ResourceKind
from runtime.inventory.graph import HOPS_MAX, Graph

PLACE, TYPE = "place", "managed_object_type"
SERVICES, CUSTOMERS = "affected_services", "affected_customers"
FIELDS = (PLACE, TYPE, SERVICES, CUSTOMERS)
KEYS_MAX = 200  # as many as an alarm event may name
VALUE_MAX = 1_000
_RESTING = {SERVICES: ResourceKind.SERVICE, CUSTOMERS: ResourceKind.CUSTOMER}


def known_of(
    graph: Graph, key: str, take: Sequence[str] = FIELDS, attributes: Sequence[str] = ()
) -> dict[str, Any] | None:
    """Give what the inventory knows of an object, without what it does not know.

    Args:
        graph: The tenant's inventory.
        key: The object's key, as alarms name it.
        take: Which fields of an alarm; of `FIELDS`.
        attributes: Which attributes of the resource, each under its own name.

    Returns:
        Values by field, chosen attributes under `attributes`; None where there is no such
        resource. What rests on it is looked for as far down as rules look, the nearest 200 of each
        kind. O(reach).
    """
    spot = graph.spots.get(key)
    if spot is None:
        return None
    found: dict[str, Any] = {}
    if PLACE in take:
        found[PLACE] = spot.site or _site_above(graph, key)
    if TYPE in take:
        found[TYPE] = spot.type or spot.kind.value
    if SERVICES in take or CUSTOMERS in take:
        resting = _resting(graph, key)
        found |= {name: keys for name, keys in resting.items() if name in take}
    found["attributes"] = _chosen(spot.attributes, attributes)
    return {name: value for name, value in found.items() if value}


def missing_in(document: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Give what of the known an alarm does not say itself.

    >>> missing_in({"place": "BER", "attributes": {"tier": 1}},
    ...            {"place": "ZRH", "attributes": {"tier": 2, "vendor": "Acme"}})
    {'attributes': {'vendor': 'Acme'}}
    """
    said = document.get("attributes") or {}
    attributes = {
        name: value for name, value in known.get("attributes", {}).items() if name not in said
    }
    found = {
        name: value
        for name, value in known.items()
        if name != "attributes" and not document.get(name)
    }
    return found | ({"attributes": attributes} if attributes else {})


def _site_above(graph: Graph, key: str) -> str:
    """Give the site that an object is, or the nearest one above it; "" where none is known."""
    above = (one.key for one in graph.parents(key, hops=HOPS_MAX).near)
    for one in (key, *above):
        spot = graph.spots.get(one)
        if spot is not None and spot.kind is ResourceKind.SITE:
            return one
    return ""


def _resting(graph: Graph, key: str) -> dict[str, list[str]]:
    """Give the services and customers that go down with an object; a service with itself."""
    keys = [key, *(one.key for one in graph.dependants(key, hops=HOPS_MAX).near)]
    kinds = [(one, graph.spots[one].kind) for one in keys if one in graph.spots]
    return {
        name: sorted([one for one, kind in kinds if kind is wanted][:KEYS_MAX])
        for name, wanted in _RESTING.items()
    }


def _chosen(attributes: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Give chosen attributes that are plain values; a list or an object is no value of a field."""
    found = ((name, attributes.get(name)) for name in names)
    return {
        name: value[:VALUE_MAX] if isinstance(value, str) else value
        for name, value in found
        if isinstance(value, str | int | float)
    }
