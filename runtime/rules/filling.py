"""The action `fill`: fields of an alarm filled with what the inventory knows of its object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.errors import NotFoundError
from runtime.alarms.store import set_fields
from runtime.enriching.known import known_of
from runtime.inventory.graph import Graph
from runtime.inventory.topology import graph_of
from runtime.rules.model import Action
from runtime.rules.occasion import Did, Occasion


def fill_alarm(occasion: Occasion, _index: int, action: Action) -> Did:
    """Lay what the inventory knows over what the source said; what it does not know stays.

    An object that the inventory does not have is told, not guessed.
    """
    graph = graph_of(occasion.session, occasion.tenant_id)
    fields = filled_by(action.given, graph, occasion.alarm.managed_object)
    set_fields(
        occasion.session,
        occasion.tenant_id,
        occasion.alarm.id,
        fields=fields,
        by=occasion.by,
        now=occasion.now,
    )
    return {"fields": fields}


def filled_by(given: Mapping[str, Any], graph: Graph, key: str) -> dict[str, Any]:
    """Give the fields that an action fills for an object; who tries a rule asks it the same way.

    Raises:
        NotFoundError: the inventory does not have the object, or knows none of this of it.
    """
    known = known_of(graph, key, given.get("take", ()), given.get("attributes", ()))
    if known is None:
        raise NotFoundError(
            f"the inventory has no resource {key!r}: import it, or name it as alarms do"
        )
    if not known:
        raise NotFoundError(
            f"the inventory knows none of this of {key!r}: add it to the resource or its relations"
        )
    return known
