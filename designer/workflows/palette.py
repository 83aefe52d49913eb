"""What a workflow is made of, for the canvas: blocks and kinds of triggers as JSON.

The canvas draws a node from its entry alone: title, icon and ways out. Pure but for `icon_url`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from blocks.manifest import CATEGORIES, Port
from blocks.registry import Block, Registry, Standing
from blocks.schemas import widget_of, with_defaults
from designer.palette.finding import Field, fields_of
from designer.workflows.needs import kinds_given, needs_of
from runtime.flows.picture import trigger_key
from runtime.flows.port_kinds import PortKind, port_kind
from runtime.flows.problems import FlowProblem
from runtime.flows.table_steps import WIDGET

_ANYTHING = ["array", "boolean", "number", "object", "string"]
_GIVEN = {"rule": ["number", "object", "string"], "schedule": ["array", "number", "string"]}
"""What a run can read of what started it, by the kind of its trigger."""
LOOPS = ("each", "repeat")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STARTS = ("trigger", "start", "when", "begin")
_ALSO: dict[str, tuple[str, ...]] = {
    "rule": ("alarm", "when an alarm comes", "event", "condition"),
    "manual": ("manual", "button", "by myself", "form"),
    "schedule": ("every day", "every hour", "cron", "timer", "night", "at a time", "regularly"),
    "webhook": ("http", "called from outside", "api", "push", "url"),
}
"""Other words by which people look for a kind of trigger."""
TRIGGERS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "rule": ("Rule", "When a rule fires for an alarm", "bell-ring", {}),
    "manual": ("By hand", "When a person or a program starts it", "hand", {}),
    "schedule": (
        "Schedule",
        "At certain times, every so often, or once",
        "calendar-clock",
        {"timing": "cron", "cron": "0 6 * * mon-fri", "timezone": "Europe/Berlin"},
    ),
    "webhook": ("Webhook", "When another system calls its address", "webhook", {}),
}


def catalogue(
    registry: Registry,
    icon_url: Callable[[Block], str],
    tables: Mapping[str, Mapping[str, Any]] | None = None,
    favourites: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    """Give the entries by key: `id@version` of a block, `trigger:<kind>` of a trigger.

    The `name` of an entry is the same in every version; see `runtime.flows.following.name_of`.

    Of a block with several versions one is offered; the others are `hidden`, for steps that have
    them.

    `tables` are the outputs of decision tables by id, for the blocks that pick one; `favourites`
    the names of entries that a person marked.
    """
    entries = {f"trigger:{kind}": _trigger_entry(kind) for kind in TRIGGERS}
    offered = {block.manifest.id: block for block in registry.all()}
    for block in registry.each():
        if block.manifest.kind == "trigger":
            if offered[block.manifest.id] is block:
                entry = _block_trigger_entry(block, icon_url(block))
                entries[entry["key"]] = entry
            continue
        entry = _block_entry(block, icon_url(block))
        entry["hidden"] = offered[block.manifest.id] is not block
        entry["tables"] = _table_paths(block, tables or {})
        entries[entry["key"]] = entry
    order = ["Start", *CATEGORIES.values()]
    for entry in entries.values():
        entry["order"] = order.index(entry["category"])
        entry["favourite"] = entry["name"] in favourites
    return entries


def _table_paths(block: Block, tables: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """Give, for a block that picks a decision table, what later steps can read of each table."""
    properties = block.manifest.config.get("properties", {})
    setting = next((one for one in properties if widget_of(properties[one]) == WIDGET), None)
    if setting is None:
        return None
    return {"setting": setting, "paths": {id_: _paths(one) for id_, one in tables.items()}}


def _paths(outputs: Mapping[str, Any]) -> list[str]:
    parts = outputs["properties"]
    values = parts.get("values", {}).get("properties", {})
    beside = [name for name in parts if name != "values"]
    return [f"values.{name}" for name in values if _NAME.fullmatch(name)] + beside


def problems_document(problems: Iterable[FlowProblem]) -> list[dict[str, str]]:
    """Write the problems of a workflow as JSON."""
    return [
        {
            "pointer": one.pointer,
            "message": one.message,
            "step": one.step,
            "severity": one.severity,
        }
        for one in problems
    ]


def _trigger_entry(kind: str) -> dict[str, Any]:
    title, summary, icon, config = TRIGGERS[kind]
    words = _ALSO[kind]
    return {
        "key": f"trigger:{kind}",
        "name": f"trigger:{kind}",
        "sort": "trigger",
        "id": kind,
        "version": "",
        "title": title,
        "summary": summary,
        "category": "Start",
        "find": fields_of(title, [*_STARTS, *words], "Start", summary, is_core=True),
        "publisher": "garland",
        "icon": icon,
        "config": config,
        "outputs": [_start(kind)],
    }


def _start(kind: str) -> dict[str, Any]:
    """Give the way out of a trigger; what a webhook is sent or a block finds may be anything."""
    said = {"name": "", "title": "Starts", "tone": "neutral"}
    handed = {"rule": PortKind.ALARM, "schedule": PortKind.VALUE}.get(kind, PortKind.RECORD)
    return {**said, "kind": handed.value, "gives": _GIVEN.get(kind, _ANYTHING)}


def _block_trigger_entry(block: Block, icon_url: str) -> dict[str, Any]:
    """Give the entry of a block that starts workflows; the canvas makes a trigger of it."""
    manifest = block.manifest
    named = {"block": manifest.id, "version": manifest.version}
    return {
        "key": trigger_key({"kind": "block", **named}),
        "name": manifest.id,
        "sort": "trigger",
        "id": "block",
        "version": manifest.version,
        "title": manifest.title,
        "summary": manifest.summary,
        "category": "Start",
        "find": _found_by(block, "Start", *_STARTS),
        "publisher": manifest.publisher,
        "icon": icon_url,
        "core": manifest.publisher == "garland",
        "config": {**named, "config": with_defaults(manifest.config, {})},
        "outputs": [_start("block")],
    }


def _block_entry(block: Block, icon_url: str) -> dict[str, Any]:
    manifest, dynamic = block.manifest, block.manifest.dynamic_outputs
    return {
        "key": f"{manifest.id}@{manifest.version}",
        "name": manifest.id,
        "sort": "step",
        "id": manifest.id,
        "version": manifest.version,
        "title": manifest.title,
        "summary": _summary(block),
        "category": CATEGORIES[manifest.category],
        "find": _found_by(block, CATEGORIES[manifest.category]),
        "publisher": manifest.publisher,
        "effects": manifest.behaviour.effects,
        "icon": icon_url,
        "core": block.standing is Standing.STANDARD,
        "config": with_defaults(manifest.config, {}),
        "input": with_defaults(manifest.input, {}),
        "needs": needs_of(manifest),
        "loops": manifest.behaviour.control in LOOPS,
        "outputs": [_port(port) for port in manifest.outputs],
        "dynamic": dynamic
        and {"from": dynamic.source, "name": dynamic.name, "title": dynamic.title or None},
    }


def _found_by(block: Block, category: str, *keywords: str) -> list[Field]:
    manifest, is_core = block.manifest, block.standing is Standing.STANDARD
    said = (manifest.title, [*keywords, *manifest.keywords], category, manifest.summary)
    return fields_of(*said, is_core=is_core)


def _summary(block: Block) -> str:
    """Say what a block does; before it whose it is, and what keeps one from relying on it."""
    if block.standing is Standing.STANDARD:
        return block.manifest.summary
    state = "" if block.standing is Standing.INSTALLED else f"{block.standing.value}, "
    words = f"{state}by {block.manifest.publisher}: {block.manifest.summary}"
    return words[0].upper() + words[1:]


def _port(port: Port) -> dict[str, Any]:
    said = {"name": port.name, "title": port.title, "tone": port.tone}
    kind = port_kind(port.schema).value
    return {**said, "schema": port.schema, "kind": kind, "gives": kinds_given(port.schema)}
