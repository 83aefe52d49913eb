"""What a canvas needs to draw a workflow that is only looked at: the blocks and triggers in it.

The palette of the designer offers every block in its latest version; this names those a version
uses, each in the version it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from blocks.drawings.faces import TRIGGERS, entry_of, trigger_entry, trigger_key
from blocks.registry import Block, Registry
from runtime.flows.model import every_step
from runtime.flows.port_kinds import port_kind

__all__ = ["TRIGGERS", "entries_of", "trigger_key"]


def entries_of(
    document: Mapping[str, Any], registry: Registry, icon_url: Callable[[Block], str]
) -> dict[str, dict[str, Any]]:
    """Give the entries of what a workflow uses; a block that is not installed has none."""
    entries = {f"trigger:{kind}": trigger_entry(kind) for kind in TRIGGERS}
    for trigger in document["triggers"].values():
        block = registry.find(trigger.get("block", ""), trigger.get("version", ""))
        if trigger["kind"] == "block" and block is not None:
            facts = {"title": block.manifest.title, "summary": block.manifest.summary}
            entries[trigger_key(trigger)] = {
                **trigger_entry("block"),
                **facts,
                "icon": icon_url(block),
            }
    for _, step, _ in every_step(document):
        block = registry.find(step["block"], step["version"])
        if block is not None:
            key = f"{step['block']}@{step['version']}"
            entries[key] = _with_kinds(entry_of(block.manifest, icon_url(block)), block)
    return entries


def _with_kinds(entry: dict[str, Any], block: Block) -> dict[str, Any]:
    """Say of each port what kind of data leaves by it, which is its shape and colour."""
    ports = zip(entry["outputs"], block.manifest.outputs, strict=True)
    named = [{**drawn, "kind": port_kind(port.schema).value} for drawn, port in ports]
    return {**entry, "outputs": named}
