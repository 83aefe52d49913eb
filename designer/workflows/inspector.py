"""The form of one node: its block's settings and input, and what every step or trigger has.

Pure. The form is posted whole; what comes back is the node's new value, which the page enters into
the draft it holds. Nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from blocks.forms import Field, Submitted, form_fields, read_form, unplaced_problems
from blocks.registry import Block, Registry
from blocks.schemas import authoring_problems, is_expression
from kernel.errors import Problem
from kernel.schema import Schema

_TITLE = {"type": "string", "title": "Name", "maxLength": 120}
_NOTES = {
    "type": "string",
    "title": "Notes",
    "maxLength": 4_000,
    "x-garland": {"widget": "textarea"},
}
_SECONDS = {"type": "number", "exclusiveMinimum": 0, "maximum": 3_600}
STEP_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": _TITLE,
        "timeout_s": {**_SECONDS, "title": "Time-out in seconds"},
        "join": {"enum": ["all", "any"], "title": "With several wires in, wait for"},
        "retry": {
            "type": "object",
            "title": "Retry",
            "required": ["max"],
            "properties": {
                "max": {"type": "integer", "minimum": 0, "maximum": 20, "title": "Further tries"},
                "backoff": {"enum": ["fixed", "exponential"], "title": "Pause grows"},
                "base_s": {**_SECONDS, "title": "First pause in seconds"},
            },
        },
        "notes": _NOTES,
    },
}
TRIGGER_FORM: dict[str, Any] = {"type": "object", "properties": {"title": _TITLE, "notes": _NOTES}}
SCHEDULE_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["cron", "timezone"],
    "properties": {
        "cron": {
            "type": "string",
            "title": "Times (cron)",
            "minLength": 1,
            "description": "Minute, hour, day, month, weekday: 0 6 * * mon-fri",
        },
        "timezone": {"type": "string", "title": "Time zone", "examples": ["Europe/Berlin"]},
        "title": _TITLE,
        "notes": _NOTES,
    },
}
WEBHOOK_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": _TITLE,
        "signed": {
            "type": "boolean",
            "title": "Take signed deliveries only",
            "description": "As in Standard Webhooks; the secret is made on the page Webhooks",
        },
        "respond": {
            "title": "Answer the sender",
            "oneOf": [
                {"const": "at_once", "title": "At once"},
                {"const": "when_done", "title": "When done"},
            ],
            "default": "at_once",
            "description": "At once with the run's number, or when it has ended with its result",
        },
        "correlate": {
            "type": "string",
            "title": "Resume the run that waits for",
            "maxLength": 2_048,
            "examples": ["= trigger.body.ticket"],
            "description": "Where the value stands that a step Wait for an event names, such as "
            "trigger.body.ticket. Empty: each delivery starts a run",
        },
        "notes": _NOTES,
    },
}
_FORMS = {"schedule": SCHEDULE_FORM, "webhook": WEBHOOK_FORM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the form; `name` is where it stands in the names of its controls."""

    name: str
    title: str
    fields: list[Field]
    unplaced: list[Problem]


def block_of(node: Mapping[str, Any], registry: Registry) -> Block | None:
    """Give a step's block; None for a trigger and for a block that is not installed."""
    return registry.find(str(node.get("block", "")), str(node.get("version", "")))


def node_sections(node: Mapping[str, Any], registry: Registry) -> list[Section]:
    """List the parts of a node's form, with what is wrong beside the fields."""
    block = block_of(node, registry)
    found: list[Section] = []
    if block is not None:
        parts = (
            ("config", "Settings", block.config_schema),
            ("input", "Input", block.input_schema),
        )
        found = [
            _section(name, title, schema, node.get(name, {}))
            for name, title, schema in parts
            if schema.document.get("properties")
        ]
    return [*found, _section("node", "General", Schema(_own_form(node)), node)]


def read_node(node: Mapping[str, Any], form: Submitted, registry: Registry) -> dict[str, Any]:
    """Read the form back into the node it was made from; never fails on what was typed."""
    own = _own_form(node)
    kept = {key: value for key, value in node.items() if key not in own["properties"]}
    read = {**kept, **read_form(own, form, previous=node, at="/node")}
    if read.get("correlate") and not is_expression(read["correlate"]):
        read["correlate"] = f"= {read['correlate'].strip()}"  # nothing else makes sense there
    block = block_of(node, registry)
    if block is None:
        return read
    for name, schema in (("config", block.manifest.config), ("input", block.manifest.input)):
        read[name] = read_form(schema, form, previous=node.get(name), at=f"/{name}")
    return read


def _section(name: str, title: str, schema: Schema, value: Any) -> Section:
    own = schema.document["properties"]
    held = {key: item for key, item in value.items() if key in own} if name == "node" else value
    problems = authoring_problems(schema, held)
    fields = form_fields(schema.document, held, problems, at=f"/{name}")
    if name == "node":
        fields = [replace(one, can_toggle=False) for one in fields]  # none is worked out in a run
    return Section(
        name=name, title=title, fields=fields, unplaced=unplaced_problems(fields, problems)
    )


def _own_form(node: Mapping[str, Any]) -> dict[str, Any]:
    if "block" in node:
        return STEP_FORM
    return _FORMS.get(str(node.get("kind")), TRIGGER_FORM)
