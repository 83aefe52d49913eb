"""Which alarms could be the parent: looked up once for the firings of a batch.

What stands above objects, what a condition finds and how many alarms a parent has are kept until
the batch ends, so that ten thousand alarms under one parent cost no more each than ten. Whether a
parent that was found still stands is asked anew: a rule of the same batch may have cleared it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.documents import AlarmView, alarm_document
from runtime.alarms.family import ancestors_of, count_children
from runtime.alarms.standing import RankedStanding, ranked_on
from runtime.alarms.store import AlarmFilter, find_alarm, list_alarms
from runtime.inventory.graph import Graph
from runtime.inventory.topology import graph_of
from runtime.rules._schema import CHILDREN_MAX
from runtime.rules.conditions import build, reads_of
from runtime.rules.fields import value_at
from runtime.rules.grouping.above import Upper, uppers
from runtime.rules.grouping.bounds import Bounds
from runtime.rules.reference import holds, row_of

CANDIDATES_MAX = 500
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fitting:
    """An alarm that a condition holds for, with the values of the fields to have in common."""

    alarm: AlarmView
    same: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: the action as it was written, and where it stands."""

    action: tuple[UUID, int]
    given: Mapping[str, Any]
    bounds: Bounds
    at: datetime


@dataclass(slots=True)
class Parents:
    """The parents that the firings of one tenant's batch may choose from."""

    session: Session
    tenant_id: UUID
    _graph: Graph | None = None
    _standing: dict[str, list[RankedStanding]] = field(default_factory=dict)
    _fitting: dict[Any, list[Fitting]] = field(default_factory=dict)
    _numbers: dict[UUID, int] = field(default_factory=dict)

    @property
    def graph(self) -> Graph:
        """Give the network."""
        if self._graph is None:
            self._graph = graph_of(self.session, self.tenant_id)
        return self._graph

    def above(self, child: AlarmView, search: Search) -> tuple[Upper | None, Upper | None]:
        """Find the nearest alarm above that can be its parent, and the nearest that is too old."""
        bounds, too_old = search.bounds, None
        near = self.graph.parents(child.managed_object, hops=bounds.hops).near
        missing = {one.key for one in near} - self._standing.keys()
        if missing:
            self._standing |= ranked_on(self.session, self.tenant_id, missing)
        for one in uppers(near, self._standing.__getitem__, bounds):
            if not bounds.is_near(one.standing.raised_at, search.at):
                too_old = too_old or one
            elif self._may_be_above(one.id, child):
                return one, too_old
        return None, too_old

    def matching(
        self, facts: Mapping[str, Any], mine: Mapping[UUID, AlarmView], search: Search
    ) -> AlarmView | None:
        """Find the gravest alarm that stands, fits and has the same values; of two the older one.

        Args:
            facts: What the values are those of.
            mine: The alarms that are put under it, which it is none of.
            search: Its condition, and its bounds.
        """
        wanted = tuple(value_at(facts, path) for path in search.given.get("same", ()))
        if None in wanted:
            return None
        for one in self._fitting_of(search):
            if (
                one.alarm.id not in mine
                and one.same == wanted
                and search.bounds.is_near(one.alarm.first_raised_at, search.at)
                and all(self._may_be_above(one.alarm.id, child) for child in mine.values())
            ):
                return one.alarm
        return None

    def room_under(self, parent_id: UUID, bounds: Bounds) -> int:
        """Count how many alarms more it takes."""
        if parent_id not in self._numbers:
            where = (self.session, self.tenant_id, parent_id)
            self._numbers[parent_id] = count_children(*where, most=CHILDREN_MAX)
        return max(0, bounds.max_children - self._numbers[parent_id])

    def note_moved(self, child: AlarmView, parent_id: UUID) -> None:
        """Take in that an alarm was put under another; it leaves the one that it was under."""
        self._numbers[parent_id] = self._numbers.get(parent_id, 0) + 1
        if child.parent_id in self._numbers:
            self._numbers[child.parent_id] -= 1

    def _may_be_above(self, parent_id: UUID, child: AlarmView) -> bool:
        """Tell whether an alarm still stands, and is not under the child itself."""
        found = find_alarm(self.session, self.tenant_id, parent_id)
        if found is None or not found.is_active or parent_id == child.id:
            return False
        above = ancestors_of(self.session, self.tenant_id, parent_id)
        return not child.is_root_cause or child.id not in above

    def _fitting_of(self, search: Search) -> list[Fitting]:
        """Give the alarms that a condition holds for, in the order they count.

        Those of a stretch of time are read at once, so that the instants of a batch share them.
        """
        age = search.bounds.age
        stretch = (search.at - age - _BEGINNING) // max(age, timedelta(hours=1))
        key = (search.action, stretch)
        if key not in self._fitting:
            since = _BEGINNING + stretch * max(age, timedelta(hours=1))
            self._fitting[key] = sorted(self._read_fitting(search.given, since), key=_order)
        return self._fitting[key]

    def _read_fitting(self, given: Mapping[str, Any], since: datetime) -> Iterator[Fitting]:
        """Look among the gravest that stand; on a dense network everything would else be read."""
        node = build(given["where"])
        reads, same = reads_of(node), given.get("same", ())
        where = (self.session, self.tenant_id, AlarmFilter(state="active", since=since))
        for alarm in list_alarms(*where, sort="-severity", limit=CANDIDATES_MAX):
            facts = alarm_document(alarm)
            if holds(node, row_of(facts, reads)):
                yield Fitting(alarm, tuple(value_at(facts, path) for path in same))


def _order(one: Fitting) -> tuple[int, datetime, str]:
    alarm = one.alarm
    return (-alarm.perceived_severity.rank, alarm.first_raised_at, str(alarm.id))
