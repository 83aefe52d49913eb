"""What a canvas needs to draw a workflow that is only looked at: the blocks and triggers in it.

The palette of the designer offers every block in its latest version; this names those a version
uses, each in the version it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from blocks.registry import Block, Port, Registry
from runtime.flows.model import every_step
from runtime.flows.port_kinds import port_kind

TRIGGERS: Mapping[str, tuple[str, str, str]] = {
    "rule": ("Rule", "When a rule fires for an alarm", "bell-ring"),
    "manual": ("By hand", "When a person or a program starts it", "hand"),
    "schedule": ("Schedule", "At set times", "calendar-clock"),
    "webhook": ("Webhook", "When another system calls its address", "webhook"),
    "flow": ("Workflow", "When another workflow calls it", "workflow"),
    "block": ("Block", "When a block finds something new", "rss"),
}
"""Title, summary and icon of each kind of trigger."""


def entries_of(
    document: Mapping[str, Any], registry: Registry, icon_url: Callable[[Block], str]
) -> dict[str, dict[str, Any]]:
    """Give the entries of what a workflow uses; a block that is not installed has none."""
    entries = {f"trigger:{kind}": _trigger_entry(kind) for kind in TRIGGERS}
    for trigger in document["triggers"].values():
        block = registry.find(trigger.get("block", ""), trigger.get("version", ""))
        if trigger["kind"] == "block" and block is not None:
            facts = {"title": block.manifest.title, "summary": block.manifest.summary}
            entries[trigger_key(trigger)] = {
                **_trigger_entry("block"),
                **facts,
                "icon": icon_url(block),
            }
    for _, step, _ in every_step(document):
        block = registry.find(step["block"], step["version"])
        if block is not None:
            entries[f"{step['block']}@{step['version']}"] = _block_entry(block, icon_url(block))
    return entries


def trigger_key(trigger: Mapping[str, Any]) -> str:
    """Name the entry that draws a trigger: of its kind, or of the block that watches for it."""
    if trigger["kind"] != "block":
        return f"trigger:{trigger['kind']}"
    return f"trigger:{trigger.get('block', '')}@{trigger.get('version', '')}"


def _trigger_entry(kind: str) -> dict[str, Any]:
    title, summary, icon = TRIGGERS[kind]
    return {"sort": "trigger", "title": title, "summary": summary, "icon": icon, "outputs": []}


def _block_entry(block: Block, icon_url: str) -> dict[str, Any]:
    manifest, dynamic = block.manifest, block.manifest.dynamic_outputs
    return {
        "sort": "step",
        "title": manifest.title,
        "summary": manifest.summary,
        "icon": icon_url,
        "outputs": [_port(port) for port in manifest.outputs],
        "dynamic": dynamic
        and {"from": dynamic.source, "name": dynamic.name, "title": dynamic.title or None},
    }


def _port(port: Port) -> dict[str, Any]:
    said = {"name": port.name, "title": port.title, "tone": port.tone}
    return {**said, "kind": port_kind(port.schema).value}
