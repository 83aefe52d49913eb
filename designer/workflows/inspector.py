"""The form of one node: its block's settings and input, and what every step or trigger has.

Pure. The form is posted whole; what comes back is the node's new value, which the page enters into
the draft it holds. Nothing is stored here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from blocks.forms import (
    Choice,
    Field,
    Kept,
    Submitted,
    form_fields,
    plain_fields,
    read_form,
    unplaced_problems,
)
from blocks.kinds.code import code_problems
from blocks.registry import Block, Registry
from blocks.schemas import authoring_problems, is_expression
from designer.data.mapped import Data, with_data
from designer.workflows.connection_fields import CONNECTIONS, connection_fields, slots_schema
from designer.workflows.schedule_form import in_order, schedule_form
from designer.workflows.settled import Settled, settled_of
from designer.workflows.step_form import NOTES, TITLE, in_words, read_undo, step_form, undo_of
from kernel.errors import Problem
from kernel.numbers import rounding_problems
from kernel.schema import Schema
from kernel.zones import zone_names
from runtime.flows.decided import with_what_counts
from runtime.flows.picture import TRIGGERS
from runtime.flows.problems import NOTHING_KNOWN, Known
from runtime.flows.table_steps import input_schema_of
from runtime.flows.validate import check_schedule

TRIGGER_FORM: dict[str, Any] = {"type": "object", "properties": {"title": TITLE, "notes": NOTES}}
BLOCK_TRIGGER_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": TITLE,
        "every_s": {
            "type": "integer",
            "minimum": 10,
            "maximum": 86_400,
            "title": "Look every",
            "description": "Empty takes what the block suggests",
            "x-garland": {"widget": "duration"},
        },
        "notes": NOTES,
    },
}
WEBHOOK_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": TITLE,
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
        "notes": NOTES,
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the form; `name` is where it stands in the names of its controls.

    `settled` is what stands in it to be read alone.
    """

    name: str
    title: str
    fields: list[Field]
    unplaced: list[Problem]
    settled: tuple[Settled, ...] = ()


def block_of(node: Mapping[str, Any], registry: Registry) -> Block | None:
    """Give a step's block; None for a trigger and for a block that is not installed."""
    return registry.find(str(node.get("block", "")), str(node.get("version", "")))


def kind_of(node: Mapping[str, Any], registry: Registry) -> tuple[str, str]:
    """Give the title and the summary of a node's block or trigger; both "" when nobody knows it."""
    block = block_of(node, registry)
    if block is not None:
        return block.manifest.title, block.manifest.summary
    return TRIGGERS.get(str(node.get("kind", "")), ("", ""))[:2]


def node_sections(
    node: Mapping[str, Any],
    registry: Registry,
    known: Known = NOTHING_KNOWN,
    *,
    data: Data | None = None,
    may_place: bool = False,
) -> list[Section]:
    """List the parts of a node's form, with what is wrong beside the fields.

    Args:
        node: The step or trigger.
        registry: The blocks that are installed.
        known: What there is to choose from.
        data: What its fields may be taken from; None offers nothing.
        may_place: Whether the person chooses which workers perform it.
    """
    block = block_of(node, registry)
    found = _given_sections(node, block, known, data) if block is not None else []
    undo = undo_of(node)
    undoing = block_of(undo, registry) if undo is not None else None
    if undo is not None and undoing is not None:
        inside = _given_sections(undo, undoing, known, data, below="undo/")
        found += [replace(one, title=f"Undo: {one.title.lower()}") for one in inside]
    own = Schema(_own_form(node, block, may_place=may_place))
    return [*found, _section("node", "How it runs", own, node, known)]


def _given_sections(
    node: Mapping[str, Any],
    block: Block,
    known: Known,
    data: Data | None,
    *,
    below: str = "",
) -> list[Section]:
    """List the parts of what a block is given: settings, data, connections."""
    node, settled = with_what_counts(node, block), settled_of(block)
    taken = input_schema_of(node.get("config", {}), block, known)
    parts = (("config", "Settings", block.config_schema), ("input", "Data in", taken))
    found = [
        _section(below + name, title, schema, node.get(name, {}), known)
        for name, title, schema in parts
        if (schema.document.get("properties") and (name == "config" or "kind" not in node))
        or (name == "config" and settled)
    ]
    found = [replace(one, settled=settled) if _is_config(one) else one for one in found]
    if "kind" in node:  # nothing has happened yet that an expression could read
        found = [replace(one, fields=plain_fields(one.fields)) for one in found]
    else:
        found = [replace(one, fields=with_data(one.fields, data)) for one in found]
    return [*found, *_connections(node, block, known, below)]


def _is_config(section: Section) -> bool:
    return section.name.rpartition("/")[2] == "config"


def is_sound_schedule(node: Mapping[str, Any], known: Known) -> bool:
    """Tell whether a schedule trigger could be published as it is."""
    own = _own_form(node)
    held = {key: item for key, item in node.items() if key in own["properties"]}
    return not authoring_problems(Schema(own), held) and not check_schedule(node, known)


def read_node(
    node: Mapping[str, Any],
    form: Submitted,
    registry: Registry,
    known: Known = NOTHING_KNOWN,
    *,
    memory: Kept | None = None,
    may_place: bool = False,
) -> dict[str, Any]:
    """Read the form back into the node it was made from; never fails on what was typed.

    Args:
        node: What the form was made from.
        form: What was submitted.
        registry: The blocks that are installed.
        known: What was known when the form was made.
        memory: What fields held before they were switched over; changed in place.
        may_place: As when the form was made.
    """
    block = block_of(node, registry)
    own = _own_form(node, block, may_place=may_place)
    kept = {key: value for key, value in node.items() if key not in own["properties"]}
    read = {**kept, **read_form(own, form, previous=node, at="/node")}
    if read.get("correlate") and not is_expression(read["correlate"]):
        read["correlate"] = f"= {read['correlate'].strip()}"  # nothing else makes sense there
    read = in_words(read, node) if "block" in node and "kind" not in node else read
    if block is None:
        return in_order(read, node) if node.get("kind") == "schedule" else read
    taken = input_schema_of(node.get("config", {}), block, known).document
    parts = [("config", block.manifest.config), ("input", taken)]
    for name, schema in parts[:1] if "kind" in node else parts:
        held = node.get(name)
        read[name] = read_form(schema, form, previous=held, at=f"/{name}", kept=memory)
    undo = None if "kind" in node else read_undo(node, form, registry)
    read = {key: value for key, value in read.items() if key != "undo"}
    read |= {"undo": undo} if undo is not None else {}
    named = read_form(slots_schema(block.manifest), form, at=CONNECTIONS)
    read.pop("connections", None)
    return {**read, "connections": named} if named else read


def _section(
    name: str,
    title: str,
    schema: Schema,
    value: Any,
    known: Known,
) -> Section:
    own = schema.document["properties"]
    held = {key: item for key, item in value.items() if key in own} if name == "node" else value
    problems = [
        *authoring_problems(schema, held),
        *code_problems(schema.document, held),
        *rounding_problems(held),
    ]
    if name == "node" and not problems and value.get("kind") == "schedule":
        problems = check_schedule(value, known)
    fields = form_fields(schema.document, held, problems, choices=_choices(known), at=f"/{name}")
    if name == "node":
        fields = [_without_expressions(one) for one in fields]
    return Section(
        name=name, title=title, fields=fields, unplaced=unplaced_problems(fields, problems)
    )


def _connections(node: Mapping[str, Any], block: Block, known: Known, below: str) -> list[Section]:
    """Offer a choice for each slot of the block, first of all where it is needed."""
    name = below + "connections"
    fields = connection_fields(node, block.manifest, known, at="/" + name)
    if not fields:
        return []
    section = Section(name=name, title="Connections", fields=fields, unplaced=[])
    return [section]


def _choices(known: Known) -> dict[str, Sequence[Choice]]:
    """Give what pickers offer; where there is nothing to choose from, a name can be written."""
    names = sorted(known.calendars or ())
    calendars = {"calendar": [Choice(value=name, label=name) for name in names]} if names else {}
    tables = [Choice(value=id_, label=one.name) for id_, one in (known.tables or {}).items()]
    return {**calendars, "decision-table": tables, "timezone": _zones()}


@cache
def _zones() -> tuple[Choice, ...]:
    return tuple(Choice(value=name, label=name) for name in zone_names())


def _without_expressions(field: Field) -> Field:
    """Take the way to an expression from a field of the node's own: nothing evaluates those."""
    children = tuple(_without_expressions(one) for one in field.children)
    return replace(field, can_toggle=False, children=children)


def _own_form(
    node: Mapping[str, Any], block: Block | None = None, *, may_place: bool = False
) -> dict[str, Any]:
    if node.get("kind") == "block":
        said = block.manifest.trigger if block is not None else None
        return TRIGGER_FORM if said is not None and said.mode == "webhook" else BLOCK_TRIGGER_FORM
    if "block" in node:
        return step_form(may_place=may_place)
    if node.get("kind") == "webhook":
        return WEBHOOK_FORM
    if node.get("kind") != "schedule":
        return TRIGGER_FORM
    form = schedule_form(node)
    return {**form, "properties": {**form["properties"], **TRIGGER_FORM["properties"]}}
