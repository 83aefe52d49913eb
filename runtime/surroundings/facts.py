"""What lies round a batch's alarms, looked up at once and only as far as rules ask.

The facts are laid beside the alarm's own in its document: rules read them as fields, and what a
firing saw is kept with it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.documents import AlarmView, alarm_document
from runtime.alarms.standing import Standing, standing_on
from runtime.alarms.store import Change
from runtime.inventory.graph import Graph
from runtime.inventory.topology import graph_of
from runtime.maintenance.covering import Covering
from runtime.rules.around import INVENTORY, MAINTENANCE, TOPOLOGY, Look, find_look
from runtime.surroundings.topology import DOWN, Timeline, topology_facts


@dataclass(frozen=True, slots=True)
class Asked:
    """One alarm at one instant; `seq` is its event's place in the journal."""

    alarm: AlarmView
    seq: int
    at: datetime


class Surroundings:
    """The surroundings of one tenant's batch; `changes` are all of it, judged or not."""

    def __init__(self, session: Session, tenant_id: UUID, changes: Sequence[Change] = ()) -> None:
        self._session = session
        self._tenant_id = tenant_id
        self._changes = changes

    def of_changes(self, paths: frozenset[str], changes: Sequence[Change]) -> list[dict[str, Any]]:
        """Give the facts that these fields need, for each change as it was right after it."""
        asked = [Asked(one.alarm, one.seq, one.alarm.changed_at) for one in changes]
        return self.of(paths, asked)

    def of(self, paths: frozenset[str], asked: Sequence[Asked]) -> list[dict[str, Any]]:
        """Give the facts that these fields need, for each alarm in turn."""
        found: list[dict[str, Any]] = [{} for _ in asked]
        if not paths or not asked:
            return found
        names = {path.split(".", 1)[0] for path in paths}
        if TOPOLOGY in names or INVENTORY in names:
            graph = self.graph()
            if TOPOLOGY in names:
                self._add_topology(graph, _looks(paths), asked, found)
            if INVENTORY in names:
                _add_inventory(graph, asked, found)
        if MAINTENANCE in names:
            self._add_maintenance(asked, found)
        return found

    def graph(self) -> Graph:
        """Give the network."""
        return graph_of(self._session, self._tenant_id)

    def standing(self, objects: Collection[str]) -> list[Standing]:
        """List what stands on these objects at the end of the batch and is bad enough."""
        return standing_on(self._session, self._tenant_id, objects, least=DOWN)

    def covering(self, first: datetime, last: datetime) -> Covering:
        """Give the planned work between two instants."""
        return Covering(self._session, self._tenant_id, first=first, last=last)

    def _add_topology(
        self,
        graph: Graph,
        looks: Sequence[Look],
        asked: Sequence[Asked],
        found: Sequence[dict[str, Any]],
    ) -> None:
        keys = {one.alarm.managed_object for one in asked} & graph.spots.keys()
        widest = max(look.hops for look in looks)
        walks = {
            graph.neighbours if one.name == "neighbour_down" else graph.parents for one in looks
        }
        near = {one.key for key in keys for walk in walks for one in walk(key, hops=widest).near}
        standing = self.standing(near)
        timeline = Timeline(standing, self._changes)
        for one, facts in zip(asked, found, strict=True):
            key = one.alarm.managed_object
            said = topology_facts(graph, timeline, looks, key=key, seq=one.seq, at=one.at)
            if said:
                facts[TOPOLOGY] = said

    def _add_maintenance(self, asked: Sequence[Asked], found: Sequence[dict[str, Any]]) -> None:
        instants = [one.at for one in asked]
        covering = self.covering(min(instants), max(instants))
        for one, facts in zip(asked, found, strict=True):
            covers = covering.of(alarm_document(one.alarm), one.at) if covering else []
            name = covers[0].window.name if covers else None
            facts[MAINTENANCE] = {"active": bool(covers), "name": name}


def _looks(paths: frozenset[str]) -> list[Look]:
    found = (find_look(path) for path in sorted(paths))
    return [look for look in found if look is not None]


def _add_inventory(graph: Graph, asked: Sequence[Asked], found: Sequence[dict[str, Any]]) -> None:
    for one, facts in zip(asked, found, strict=True):
        spot = graph.spots.get(one.alarm.managed_object)
        if spot is not None:
            own = {"kind": spot.kind.value, "type": spot.type, "name": spot.name, "site": spot.site}
            facts[INVENTORY] = {**spot.attributes, **own}
