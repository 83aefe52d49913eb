"""Traps that raise and traps that end: kept together, and what a tenant changed of ours. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime.alarms.sources.snmp.catalogue import INDEX
from runtime.alarms.sources.snmp.layers import Catalogue
from runtime.alarms.sources.templates import parse_template

_TITLES = {
    "name": "Name",
    "severity": "Severity",
    "event_type": "Event type",
    "probable_cause": "Probable cause",
    "specific_problem": "Problem",
    "text": "Text",
    "managed_object": "Managed object",
    "key": "Key",
    "clears": "Ends",
    "objects": "Variables",
    "mib": "MIB",
}


class Change(NamedTuple):
    """One field that a tenant's entry has otherwise than ours."""

    title: str
    own: str
    ours: str


def changes(own: Mapping[str, Any], ours: Mapping[str, Any]) -> list[Change]:
    """List what a tenant's entry says otherwise than the one it stands over."""
    found = ((title, own.get(name), ours.get(name)) for name, title in _TITLES.items())
    return [
        Change(title, _shown(one), _shown(other)) for title, one, other in found if one != other
    ]


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {oid}" for name, oid in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def bound_to(catalogue: Catalogue, oid: str) -> list[str]:
    """List a tenant's own entries that stand over given ones and are paired with one that does."""
    document = catalogue.documents.get(oid, {})
    pairs = [*document.get("clears", ()), *(one["oid"] for one in catalogue.ending(oid))]
    return [one for one in pairs if catalogue.is_own(one) and one in catalogue.given.documents]


def paired(document: Mapping[str, Any], ending: Mapping[str, Any]) -> dict[str, Any]:
    """Give an entry that ends a trap's alarms the trap's key, with the variables it names."""
    objects: Mapping[str, str] = document.get("objects", {})
    names = {one.removesuffix(INDEX) for one in parse_template(document.get("key", "")).names}
    needed = {name: objects[name] for name in names if name in objects}
    key = {"key": document["key"]} if document.get("key") else {}
    rest = {name: value for name, value in ending.items() if name != "key"}
    named = {**ending.get("objects", {}), **needed}
    return {**rest, **key, **({"objects": named} if named else {})}
