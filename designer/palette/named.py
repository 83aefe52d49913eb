"""From what the palette remembers by name to the entries that it offers now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from blocks.registry import Registry
from designer.palette.memory import Memory
from designer.palette.suggesting import Suggestions
from designer.workflows.palette import TRIGGERS
from runtime.flows.picture import trigger_key

Named = list[tuple[str, list[list[str]]]]


def mine(registry: Registry, kept: Memory) -> Named:
    """Give a person's own groups: a title, and the keys of entries, each in a list of its own."""
    groups = (("Favourites", kept.favourites), ("Recently used", kept.recent))
    return [(title, [[key] for key in _keys(registry, names)]) for title, names in groups]


def following(registry: Registry, found: Suggestions) -> dict[str, list[list[str]]]:
    """Give by way out what works well after it: keys of entries, each with the reason."""
    told: dict[str, list[list[str]]] = {}
    for end, names in found.items():
        title = _title(registry, end.rpartition(":")[0])
        after = [
            [key, f"After {title} {often}"]
            for name, often in names
            if (key := key_of(registry, name)) is not None
        ]
        if title and after:
            told[end] = after
    return told


def is_offered(registry: Registry, name: str) -> bool:
    """Tell whether there is such a block, or kind of trigger."""
    return key_of(registry, name) is not None


def _keys(registry: Registry, names: Iterable[str]) -> list[str]:
    return [key for name in names if (key := key_of(registry, name)) is not None]


def key_of(registry: Registry, name: str) -> str | None:
    """Give the key of the entry that the palette offers under a name, as `catalogue` makes it."""
    kind = name.removeprefix("trigger:")
    if kind != name:
        return name if kind in TRIGGERS else None
    block = registry.latest(name)
    if block is None:
        return None
    which: dict[str, Any] = {"block": name, "version": block.manifest.version}
    if block.manifest.kind == "trigger":
        return trigger_key({"kind": "block", **which})
    return f"{name}@{block.manifest.version}"


def _title(registry: Registry, name: str) -> str:
    kind = name.removeprefix("trigger:")
    if kind in TRIGGERS and kind != name:
        return TRIGGERS[kind][0]
    block = registry.latest(name)
    return block.manifest.title if block is not None else ""
