"""Which calendars, tables and connections a workflow's document names, and where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from blocks.registry import Block, Registry
from blocks.schemas import is_expression, widget_of
from runtime.flows.model import every_step

LOOK_UP_TABLE = "table"
"""The picker of a look-up table, as blocks' settings name it."""


class Named(NamedTuple):
    """One place where a step names something: the setting, and the name in it."""

    field: str
    name: str


def named_in(config: Mapping[str, Any], block: Block, widget: str) -> Iterator[Named]:
    """Yield what a step's settings name by a picker; an expression may turn out to be any."""
    for field, schema in block.manifest.config.get("properties", {}).items():
        value = config.get(field)
        if widget_of(schema) != widget or not isinstance(value, str) or not value:
            continue
        if not is_expression(value):
            yield Named(field, value)


def named_by_steps(document: Mapping[str, Any], registry: Registry, widget: str) -> set[str]:
    """Give everything that a workflow's steps name by a picker, in their undos too."""
    found: set[str] = set()
    for _, step, _ in every_step(document):
        for holder in (step, step.get("undo")):
            block = registry.find(holder["block"], holder["version"]) if holder else None
            if holder and block is not None:
                config = holder.get("config", {})
                found |= {one.name for one in named_in(config, block, widget)}
    return found


def calendars_of(document: Mapping[str, Any], registry: Registry) -> set[str]:
    """Give every calendar that a workflow names."""
    by_schedules = {
        trigger["calendar"]["name"]
        for trigger in document["triggers"].values()
        if "calendar" in trigger
    }
    return by_schedules | named_by_steps(document, registry, "calendar")


def look_up_tables_of(document: Mapping[str, Any], registry: Registry) -> set[str]:
    """Give every look-up table that a workflow names."""
    return named_by_steps(document, registry, LOOK_UP_TABLE)


def connections_of(document: Mapping[str, Any], _registry: Registry | None = None) -> set[str]:
    """Give every connection that a workflow names."""
    steps = [step for _, step, _ in every_step(document)]
    holders = [*steps, *(step["undo"] for step in steps if "undo" in step)]
    holders += document.get("triggers", {}).values()
    return {name for one in holders for name in one.get("connections", {}).values()}
