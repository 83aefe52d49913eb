"""JSON of nodes and links, as networkx writes graphs and topohub the networks of SNDlib.

`links` may be called `edges`. Source: networkx, `node_link_data`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from runtime.inventory.model import NAME_MAX, Gathered

_OWN = ("id", "name", "label", "kind", "type", "site", "key")
_ENDS = ("source", "target", "key", "relation")


def is_node_link(document: Any) -> bool:
    """Tell whether a document is a graph of nodes and links."""
    return isinstance(document, dict) and isinstance(document.get("nodes"), list)


def read_node_link(document: dict[str, Any], key_of: Callable[[str, str], str]) -> Gathered:
    """Read a graph; what links carry beside their ends is left out."""
    found = Gathered("node-link JSON")
    keys: dict[str, str] = {}
    for index, node in enumerate(document["nodes"]):
        place = f"nodes/{index}"
        if not isinstance(node, dict):
            found.refuse(place, "a node must be an object with an id")
            continue
        own, name = _text(node.get("id")), _text(node.get("name", node.get("label")))
        keys[own] = key_of(own, name)
        said = {word: _text(node.get(word)) for word in ("kind", "type", "site")}
        rest = {word: value for word, value in node.items() if word not in _OWN}
        found.add(place, {**said, "key": keys[own], "name": name[:NAME_MAX], "attributes": rest})
    links = document.get("links", document.get("edges", []))
    for index, link in enumerate(links if isinstance(links, list) else []):
        _link(found, keys, f"links/{index}", link)
    return found


def _link(found: Gathered, keys: dict[str, str], place: str, link: Any) -> None:
    if not isinstance(link, dict):
        found.refuse(place, "a link must be an object with source and target")
        return
    start, end = _text(link.get("source")), _text(link.get("target"))
    unknown = next((one for one in (start, end) if one not in keys), None)
    if unknown is not None:
        found.refuse(place, f"there is no node {unknown[:60]!r}: add it, or drop the link")
    else:
        found.relate(place, keys[start], keys[end], _text(link.get("relation")) or "connects")


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else ""
