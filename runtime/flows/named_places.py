"""What a workflow's document names, and at which of its steps and triggers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from blocks.registry import Registry
from runtime.flows._named_things import LOOK_UP_TABLE, named_in
from runtime.flows.history import calls_in
from runtime.flows.model import every_step, shape_problems
from runtime.flows.table_steps import WIDGET

CONNECTION, CALENDAR, LOOK_UP, TABLE, BLOCK, WORKFLOW, VARIABLE = PLACES = (
    "connection",
    "calendar",
    "look-up-table",
    "table",
    "block",
    "workflow",
    "variable",
)
ON_FAILURE = "when it fails"
_WIDGETS = {CALENDAR: "calendar", LOOK_UP: LOOK_UP_TABLE, TABLE: WIDGET}
_VARIABLE = re.compile(r"\bvars\.\??(\w+)")
_SETS = "garland.set-variables"


class Place(NamedTuple):
    """One thing that is named: its kind, its name, and the step or trigger that names it."""

    kind: str
    name: str
    at: str


def places_in(document: Mapping[str, Any], registry: Registry) -> Iterator[Place]:
    """Yield everything a document names; a draft may be any JSON, one that is no workflow has none.

    A block is named as `id@version`, a workflow by its slug, a decision table by its id, anything
    else by its name.
    """
    if shape_problems(document):
        return
    for id_, step, _ in every_step(document):
        yield from _of_step(id_, step, registry)
        if "undo" in step:
            yield from _of_step(id_, step["undo"], registry)
    for id_, trigger in document["triggers"].items():
        yield from _of_trigger(id_, trigger)
    for caller, slug, _ in calls_in(document, registry):
        yield Place(WORKFLOW, slug, caller)
    failure = document.get("settings", {}).get("on_failure", {}).get("flow")
    if failure:
        yield Place(WORKFLOW, failure, ON_FAILURE)


def _of_trigger(id_: str, trigger: Mapping[str, Any]) -> Iterator[Place]:
    if "block" in trigger:
        yield Place(BLOCK, f"{trigger['block']}@{trigger.get('version', '')}", id_)
    if "calendar" in trigger:
        yield Place(CALENDAR, trigger["calendar"]["name"], id_)
    yield from (Place(CONNECTION, one, id_) for one in trigger.get("connections", {}).values())
    yield from _variables(id_, trigger)


def _of_step(id_: str, used: Mapping[str, Any], registry: Registry) -> Iterator[Place]:
    yield Place(BLOCK, f"{used['block']}@{used['version']}", id_)
    yield from (Place(CONNECTION, one, id_) for one in used.get("connections", {}).values())
    config, block = used.get("config", {}), registry.find(used["block"], used["version"])
    if block is not None:
        for kind, widget in _WIDGETS.items():
            yield from (Place(kind, one.name, id_) for one in named_in(config, block, widget))
    yield from _variables(id_, {name: used[name] for name in ("config", "input") if name in used})
    if used["block"] == _SETS and isinstance(config.get("values"), dict):
        yield from (Place(VARIABLE, name, id_) for name in config["values"])


def _variables(at: str, value: Any) -> Iterator[Place]:
    """Yield the variables that texts mention, whether or not they are expressions."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield from (Place(VARIABLE, name, at) for name in _VARIABLE.findall(one))
        elif isinstance(one, Mapping):
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
