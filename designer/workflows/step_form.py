"""The forms of what every step and trigger has beside its block's settings: names, retries, undo.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.forms import Submitted, read_form
from blocks.registry import Block, Registry
from blocks.schemas import with_defaults
from designer.workflows.connection_fields import CONNECTIONS, slots_schema

UNDO = "/undo/block"
TITLE = {"type": "string", "title": "Name", "maxLength": 120}
NOTES = {
    "type": "string",
    "title": "Notes",
    "maxLength": 4_000,
    "x-garland": {"widget": "textarea"},
}
_SECONDS = {"type": "number", "exclusiveMinimum": 0, "maximum": 3_600}
STEP_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": TITLE,
        "timeout_s": {**_SECONDS, "title": "Time-out in seconds"},
        "disabled": {
            "type": "boolean",
            "title": "Off",
            "description": "Passed over: nothing is done, the run goes on by its first port",
        },
        "join": {
            "title": "When several wires lead here",
            "description": "Unless you choose, it waits for all that are taken",
            "oneOf": [
                {"const": "all", "title": "Wait for all that are taken"},
                {"const": "any", "title": "Begin with the first"},
                *({"const": n, "title": f"Begin with {n} of them"} for n in range(2, 6)),
            ],
        },
        "retry": {
            "type": "object",
            "title": "Retry",
            "required": ["max"],
            "properties": {
                "max": {"type": "integer", "minimum": 0, "maximum": 20, "title": "Further tries"},
                "backoff": {
                    "title": "Then",
                    "oneOf": [
                        {"const": "fixed", "title": "the same each time"},
                        {"const": "exponential", "title": "twice as long each time"},
                    ],
                },
                "base_s": {**_SECONDS, "title": "First pause in seconds"},
                "max_s": {**_SECONDS, "maximum": 86_400, "title": "Longest pause in seconds"},
                "jitter": {"type": "number", "minimum": 0, "maximum": 1, "title": "Jitter"},
            },
        },
        "notes": NOTES,
    },
}
WORKER_GROUP = {
    "type": "string",
    "title": "Performed by the workers of",
    "description": "A worker group, such as one inside your network. Empty: any worker",
    "pattern": "^[a-z][a-z0-9-]{0,59}$",
    "examples": ["main"],
}
_SHOWN_BY_SENTENCE = ("max", "backoff", "base_s", "max_s")


def step_form(*, may_place: bool) -> dict[str, Any]:
    """Give the form of a step; who may place work chooses the workers too."""
    if not may_place:
        return STEP_FORM
    return {**STEP_FORM, "properties": {**STEP_FORM["properties"], "worker_group": WORKER_GROUP}}


def in_words(read: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Drop a retry that says nothing, and keep of it what the sentence does not show."""
    said = read.get("retry")
    if not isinstance(said, dict) or "max" not in said:
        return {key: value for key, value in read.items() if key != "retry"}
    held = before.get("retry") if isinstance(before.get("retry"), dict) else {}
    hidden = {key: value for key, value in (held or {}).items() if key not in _SHOWN_BY_SENTENCE}
    return {**read, "retry": {**hidden, **said}}


def undo_of(node: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give what takes a step back; None for nothing that could be a step."""
    held = node.get("undo")
    is_step = isinstance(held, dict) and all(
        isinstance(held.get(name), str) for name in ("block", "version")
    )
    return held if is_step else None


def undo_choices(registry: Registry, node: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List the blocks that can take a step back: those that change something and do one thing."""
    held = undo_of(node)
    offered = [
        (f"{one.manifest.id}@{one.manifest.version}", one.manifest.title)
        for one in registry.all()
        if one.manifest.behaviour.effects == "write"
        and one.manifest.behaviour.control is None
        and one.manifest.kind != "trigger"
        and one.standing.starts_runs
    ]
    named = f"{held['block']}@{held['version']}" if held else ""
    if named and named not in dict(offered):
        offered.append((named, held["block"] if held else ""))
    return sorted(offered, key=lambda one: one[1].casefold())


def read_undo(
    node: Mapping[str, Any], form: Submitted, registry: Registry
) -> dict[str, Any] | None:
    """Read what takes a step back; None for nothing.

    A block chosen anew begins with its defaults.
    """
    held = undo_of(node)
    sent = form.getlist(UNDO)
    if not sent:
        return held
    block_id, _, version = sent[-1].partition("@")
    block = registry.find(block_id, version)
    if block is None:
        return held if sent[-1] else None
    if held is None or (held["block"], held["version"]) != (block_id, version):
        return _fresh(block)
    read = {**held}
    for name, schema in (("config", block.manifest.config), ("input", block.manifest.input)):
        if schema.get("properties"):
            read[name] = read_form(schema, form, previous=held.get(name), at=f"/undo/{name}")
    named = read_form(slots_schema(block.manifest), form, at=f"/undo{CONNECTIONS}")
    read.pop("connections", None)
    return {**read, "connections": named} if named else read


def _fresh(block: Block) -> dict[str, Any]:
    found = block.manifest
    return {
        "block": found.id,
        "version": found.version,
        "config": with_defaults(found.config, {}),
        "input": with_defaults(found.input, {}),
    }
