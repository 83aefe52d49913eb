"""TMF639 (Resource Inventory Management) bodies of v4 and v5: one resource, a list, or an event.

Garland's kinds are guessed from `@type`, `@baseType` and `category`; characteristics and states
become attributes. A relation to a resource that is not there is told and left out.

Source: TMF639 v5.0.0, `Resource` and its `resourceRelationship`; v4.0.0 where the names differ.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from runtime.imports.reading import refused
from runtime.inventory.model import NAME_MAX, TYPE_MAX, Gathered

Key = Callable[[str, str], str]
_KINDS = (
    ("site", ("site", "location", "building")),
    ("link", ("link", "connection", "cable", "fibre", "fiber", "span")),
    ("part", ("port", "card", "slot", "interface", "board", "module", "part")),
    ("service", ("service",)),
    ("customer", ("customer",)),
)
_RELATIONS = {
    "contains": ("contains", False),
    "iscontainedin": ("contains", True),
    "containedin": ("contains", True),
    "partof": ("contains", True),
    "ispartof": ("contains", True),
    "dependson": ("depends_on", False),
    "relieson": ("depends_on", False),
    "requires": ("depends_on", False),
    "uses": ("depends_on", False),
    "isusedby": ("depends_on", True),
    "connects": ("connects", False),
    "connectedto": ("connects", False),
    "isconnectedto": ("connects", False),
    "connectsto": ("connects", False),
    "carries": ("carries", False),
    "supports": ("carries", False),
    "issupportedby": ("carries", True),
}
_STATES = (
    "description", "administrativeState", "operationalState", "usageState", "resourceStatus",
    "lifecycleState", "resourceVersion", "category", "value", "serialNumber", "modelNumber",
    "manufactureDate", "powerState", "versionNumber",
)  # fmt: skip


def read_tmf639(document: Any, key_of: Key) -> Gathered:
    """Read resources of a TMF639 body.

    Raises:
        InvalidError: there is no resource in it: neither a resource nor a list of them.
    """
    found = Gathered("TMF639")
    bodies = list(_bodies(document))
    if not bodies:
        raise refused(
            "the file is JSON but no inventory: it needs TMF639 resources (with id and @type), or "
            "nodes and links"
        )
    keys = {_text(body.get("id")): _key(body, key_of) for _, body in bodies}
    for place, body in bodies:
        _resource(found, place, body, key_of)
    for place, body in bodies:
        for index, said in enumerate(_listed(body.get("resourceRelationship"))):
            _relation(found, f"{place}resourceRelationship/{index}", body, said, (keys, key_of))
    return found


def _bodies(document: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Find the resources: in a list, in the event of a new one, or the document itself."""
    if isinstance(document, list):
        for index, one in enumerate(document):
            if isinstance(one, Mapping) and _is_resource(one):
                yield f"{index}/", one
    elif isinstance(document, Mapping):
        event = document.get("event")
        inner = event.get("resource") if isinstance(event, Mapping) else None
        if isinstance(inner, Mapping):
            _refuse_change(document)
            yield "event/resource/", inner
        elif _is_resource(document):
            yield "", document


def _refuse_change(event: Mapping[str, Any]) -> None:
    """Refuse an event that holds a part of a resource: taken whole, it would empty the rest."""
    kind = _text(event.get("eventType"))
    if kind != "ResourceCreateEvent":
        raise refused(f"{kind or 'the event'} holds no whole resource: import what GET answers")


def _is_resource(body: Mapping[str, Any]) -> bool:
    has_name = any(isinstance(body.get(name), str) for name in ("id", "name"))
    return has_name and "op" not in body and "eventType" not in body


def _resource(found: Gathered, place: str, body: Mapping[str, Any], key_of: Key) -> None:
    key = _key(body, key_of)
    if not key:
        remedy = "take the keys from names, or import what the inventory answers, not a request"
        found.refuse(f"{place}id", f"id is missing: {remedy}")
        return
    sort = _text(body.get("@type")) or _text(body.get("@baseType"))
    said = {
        "key": key,
        "kind": _kind(body),
        "name": _text(body.get("name"))[:NAME_MAX],
        "type": sort[:TYPE_MAX],
        "site": _site(body),
        "attributes": _attributes(body),
    }
    found.add(place.rstrip("/") or "resource", said)


def _relation(
    found: Gathered,
    place: str,
    body: Mapping[str, Any],
    said: Mapping[str, Any],
    naming: tuple[Mapping[str, str], Key],
) -> None:
    keys, key_of = naming
    word = re.sub(r"[^a-z]", "", _text(said.get("relationshipType", said.get("type"))).lower())
    other = said.get("resource", said.get("resourceRef", said))
    if not isinstance(other, Mapping):
        found.refuse(place, "resource must be an object with an id")
        return
    own = _text(other.get("id"))
    end = keys.get(own) or _key(other, key_of)
    start = _key(body, key_of)
    if word not in _RELATIONS:
        known = "contains, isContainedIn, dependsOn, connects or carries"
        found.refuse(f"{place}/relationshipType", f"{word or 'nothing'} is not known: use {known}")
    elif not end:
        found.refuse(f"{place}/resource/id", "id is missing: name the other resource")
    elif start:
        kind, is_turned = _RELATIONS[word]
        found.relate(place, *((end, start) if is_turned else (start, end)), kind)


def _key(body: Mapping[str, Any], key_of: Key) -> str:
    own, name = _text(body.get("id")), _text(body.get("name"))
    return key_of(own, name) if own or name else ""


def _kind(body: Mapping[str, Any]) -> str:
    said = " ".join(_text(body.get(name)) for name in ("@type", "category", "@baseType")).lower()
    return next((kind for kind, words in _KINDS if any(one in said for one in words)), "node")


def _site(body: Mapping[str, Any]) -> str:
    places = body.get("place")
    for one in _listed(places if isinstance(places, list) else [places]):
        inner = one.get("place")
        ref = inner if isinstance(inner, Mapping) else one
        if found := _text(ref.get("name")) or _text(ref.get("id")):
            return found
    return ""


def _coordinates(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give the attributes latitude and longitude, where a place is a point with its coordinates.

    Source: TMF675, `GeographicPoint` (x is the longitude, y the latitude) and `GeoJsonPoint`.
    """
    places = body.get("place")
    for one in _listed(places if isinstance(places, list) else [places]):
        inner = one.get("place")
        for point in (one, inner if isinstance(inner, Mapping) else {}):
            geo = point.get("geoJson")
            pair = geo.get("coordinates") if isinstance(geo, Mapping) else None
            if isinstance(pair, list) and len(pair) >= 2:  # noqa: PLR2004  longitude, latitude
                return {"longitude": pair[0], "latitude": pair[1]}
            spots = _listed(point.get("geometry"))
            if spots and "x" in spots[0] and "y" in spots[0]:
                return {"longitude": spots[0]["x"], "latitude": spots[0]["y"]}
    return {}


def _attributes(body: Mapping[str, Any]) -> dict[str, Any]:
    found = _coordinates(body)
    found |= {name: body[name] for name in _STATES if isinstance(body.get(name), str | int | float)}
    named = body.get("resourceCharacteristic", body.get("characteristic"))
    for one in _listed(named):
        name = _text(one.get("name"))
        value = one.get("value")
        if name and value not in (None, ""):
            found[name] = value
    return {name: value for name, value in found.items() if value != ""}


def _listed(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
