"""What a document names of the organisation it is made in: connections, tables, calendars. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from blocks.registry import Registry
from blocks.schemas import is_expression, widget_of
from marketplace.sharing.findings import PLACEHOLDER, Path
from runtime.rules.tables.model import is_table

_WIDGETS = {"calendar": "calendar", "table": "table", "decision-table": "decision"}
WHAT: Mapping[str, str] = {
    "connection": "a connection of yours",
    "calendar": "a calendar of yours",
    "table": "a look-up table of yours",
    "decision": "a decision table of yours",
    "workflow": "a workflow of yours",
}
"""By the word that a place is called by, what stands in it."""


class Reference(NamedTuple):
    """One thing that is named: by which word its place is called, where, and its name or id."""

    word: str
    path: Path
    name: str


def references_in(document: Any, registry: Registry | None = None) -> Iterator[Reference]:
    """Yield what a document refers to; a place that is still to be filled in refers to nothing."""
    for one in _every(document, registry):
        if one.name and not PLACEHOLDER.fullmatch(one.name) and not is_expression(one.name):
            yield one


def _every(document: Any, registry: Registry | None) -> Iterator[Reference]:
    if not isinstance(document, Mapping):
        return
    if "flow" in document:
        yield from _of_part(document, (), registry)
        for id_, one in document.get("triggers", {}).items():
            yield from _of_holder(one, ("triggers", id_), registry)
        failure = document.get("settings", {}).get("on_failure", {}).get("flow", "")
        yield Reference("workflow", ("settings", "on_failure", "flow"), failure)
    elif is_table(document):
        yield from _of_cells(document)
    else:
        for at, action in enumerate(document.get("then", ())):
            if action.get("do") == "enrich":
                yield Reference("table", ("then", at, "table"), action["table"])
            if action.get("do") == "start":
                yield Reference("workflow", ("then", at, "flow"), action["flow"])


def _of_cells(table: Mapping[str, Any]) -> Iterator[Reference]:
    starts = [at for at, one in enumerate(table.get("outputs", ())) if one.get("to") == "start"]
    for row, one in enumerate(table.get("rows", ())):
        for at in starts:
            yield Reference("workflow", ("rows", row, "then", at), one["then"][at].strip())


def _of_part(part: Mapping[str, Any], path: Path, registry: Registry | None) -> Iterator[Reference]:
    for id_, step in part.get("steps", {}).items():
        at: Path = (*path, "steps", id_)
        yield from _of_holder(step, at, registry)
        if "undo" in step:
            yield from _of_holder(step["undo"], (*at, "undo"), registry)
        if "body" in step:
            yield from _of_part(step["body"], (*at, "body"), registry)


def _of_holder(
    holder: Mapping[str, Any], path: Path, registry: Registry | None
) -> Iterator[Reference]:
    for slot, name in holder.get("connections", {}).items():
        yield Reference("connection", (*path, "connections", slot), name)
    if isinstance(holder.get("calendar"), Mapping):
        yield Reference("calendar", (*path, "calendar", "name"), holder["calendar"]["name"])
    block = registry.find(holder.get("block", ""), holder.get("version", "")) if registry else None
    if block is None:
        return
    config = holder.get("config", {})
    for field, schema in block.manifest.config.get("properties", {}).items():
        word, value = _WIDGETS.get(widget_of(schema) or ""), config.get(field)
        if word is not None and isinstance(value, str):
            yield Reference(word, (*path, "config", field), value)
    is_call = block.manifest.behaviour.control == "call" and block.manifest.kind != "composite"
    if is_call and isinstance(config.get("flow"), str):
        yield Reference("workflow", (*path, "config", "flow"), config["flow"])
