"""Which business calendars a workflow's document names: in schedules, and in steps' settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from blocks.registry import Block, Registry
from blocks.schemas import is_expression, widget_of
from runtime.flows.model import every_step


class Named(NamedTuple):
    """One place where a step names a calendar: the setting, and the name in it."""

    field: str
    calendar: str


def calendars_in(config: Mapping[str, Any], block: Block) -> Iterator[Named]:
    """Yield the calendars that a step's settings name; an expression may turn out to be any."""
    for field, schema in block.manifest.config.get("properties", {}).items():
        value = config.get(field)
        if widget_of(schema) != "calendar" or not isinstance(value, str) or not value:
            continue
        if not is_expression(value):
            yield Named(field, value)


def calendars_of(document: Mapping[str, Any], registry: Registry) -> set[str]:
    """Give every calendar that a workflow names, in its steps' undos too."""
    found = {
        trigger["calendar"]["name"]
        for trigger in document["triggers"].values()
        if "calendar" in trigger
    }
    for _, step, _ in every_step(document):
        for holder in (step, step.get("undo")):
            block = registry.find(holder["block"], holder["version"]) if holder else None
            if holder and block is not None:
                found |= {one.calendar for one in calendars_in(holder.get("config", {}), block)}
    return found
