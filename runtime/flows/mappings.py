"""Is one expression right where it stands? The check of a field while somebody writes it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from blocks.registry import Block, Registry
from kernel.numbers import whole_number
from kernel.schema import Schema, path_of
from runtime.flows._expression_checks import step_expression_problems
from runtime.flows._kinds import Sources
from runtime.flows._mapping_checks import mapping_problems
from runtime.flows._structure import Structure
from runtime.flows.model import shape_problems
from runtime.flows.problems import NOTHING_KNOWN, Known
from runtime.flows.table_steps import input_schema_of

PARTS = ("config", "input")


def expression_problems(
    document: Mapping[str, Any],
    step: str,
    pointer: str,
    text: str,
    *,
    registry: Registry,
    known: Known = NOTHING_KNOWN,
) -> list[str]:
    """List what is wrong with an expression in a field of a step; nothing for a field unknown.

    Args:
        document: The workflow.
        step: The step's id.
        pointer: Where in the step, such as `/config/when`; its undo's begin with `/undo`.
        text: What the field holds, `= ` included where it has one.
        registry: The blocks that are installed.
        known: What the workflow may refer to.
    """
    structure = Structure(document, registry) if not shape_problems(document) else None
    placed = structure.steps.get(step) if structure is not None else None
    path = path_of(pointer)
    key = "undo" if path[:1] == ["undo"] else ""
    part, *inner = path[1:] if key else path or [""]
    if structure is None or placed is None or part not in PARTS or not inner:
        return []
    holder = placed.step.get(key, {}) if key else placed.step
    block = registry.find(holder.get("block", ""), holder.get("version", ""))
    if block is None:
        return []
    value = deepcopy(holder.get(part, {}))
    _put(value, inner, text)
    changed = {**placed.step, key: {**holder, part: value}} if key else {**holder, part: value}
    placed = replace(placed, step=changed)
    schema = _schema_of(part, holder, block, known).document
    blocks = {id_: _block_of(one.step, registry) for id_, one in structure.steps.items()}
    where = f"{placed.pointer}/{key}/{part}" if key else f"{placed.pointer}/{part}"
    found = [
        *step_expression_problems(structure, placed, part, schema, key=key),
        *mapping_problems(Sources(structure, blocks, known), placed, where, schema, value),
    ]
    told = f"{placed.title}: {inner[-1]}: "
    at = f"{where}/{'/'.join(pointer.split('/')[3 if key else 2 :])}"
    return [one.message.removeprefix(told) for one in found if one.pointer == at]


def _schema_of(part: str, holder: Mapping[str, Any], block: Block, known: Known) -> Schema:
    if part == "config":
        return block.config_schema
    return input_schema_of(holder.get("config", {}), block, known)


def _block_of(step: Mapping[str, Any], registry: Registry) -> Block | None:
    return registry.find(step["block"], step["version"])


def _put(value: Any, path: list[str], text: str) -> None:
    """Put a text where a path leads; what is not there yet is made."""
    for name in path[:-1]:
        index = whole_number(name) if isinstance(value, list) else None
        if isinstance(value, list):
            value = value[index] if index is not None and index < len(value) else {}
        elif isinstance(value, dict):
            value = value.setdefault(name, {})
    index = whole_number(path[-1]) if isinstance(value, list) else None
    if isinstance(value, dict):
        value[path[-1]] = text
    elif isinstance(value, list) and index is not None and index < len(value):
        value[index] = text
