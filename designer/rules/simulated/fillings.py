"""What a rule that is tried would fill alarms with, read of the inventory as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from runtime.inventory.graph import Graph
from runtime.inventory.topology import graph_of
from runtime.rules.backtest.simulating import Simulation
from runtime.rules.filling import filled_by
from runtime.rules.model import Rule
from runtime.rules.words import field_words, value_words


def told_fillings(
    session: Session, tenant_id: UUID, rule: Rule, done: Simulation
) -> dict[int, list[str]]:
    """Tell for each event that the rule fires for what it would fill, or why it could not."""
    given = [action.given for action in rule.then if action.do == "fill"]
    if not given:
        return {}
    graph = graph_of(session, tenant_id)
    objects = {one.index: str(one.alarm["managed_object"]) for one in done.steps if one.alarm}
    return {
        one.index: [_told(each, graph, objects[one.index]) for each in given]
        for one in done.firings
        if one.index in objects
    }


def _told(given: Mapping[str, Any], graph: Graph, key: str) -> str:
    try:
        fields = filled_by(given, graph, key)
    except NotFoundError as error:
        return f"could not be filled: {error.message}"
    attributes = fields.pop("attributes", {})
    named = {field_words(name): value for name, value in fields.items()} | attributes
    return "would get " + ", ".join(f"{name} {value_words(value)}" for name, value in named.items())
