"""Which alarms could be the parent: looked up once for the firings of a batch.

What stands above objects and what a condition finds is kept until the batch ends, but for what a
rule of the batch cleared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.documents import AlarmView, alarm_document
from runtime.alarms.model import Severity
from runtime.alarms.standing import RankedStanding, ranked_on
from runtime.alarms.store import AlarmFilter, list_alarms
from runtime.inventory.graph import Graph
from runtime.inventory.topology import graph_of
from runtime.rules.conditions import build, reads_of
from runtime.rules.fields import value_at
from runtime.rules.grouping.above import Upper, uppers
from runtime.rules.grouping.bounds import Bounds
from runtime.rules.grouping.moves import Moves
from runtime.rules.reference import holds, row_of

CANDIDATES_MAX = 500
STANDING = tuple(one for one in reversed(Severity) if one is not Severity.CLEARED)
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

    moves: Moves
    _graph: Graph | None = None
    _standing: dict[str, list[RankedStanding]] = field(default_factory=dict)
    _fitting: dict[Any, list[Fitting]] = field(default_factory=dict)
    _cleared: set[UUID] = field(default_factory=set)

    @property
    def session(self) -> Session:
        """Give the batch's transaction."""
        return self.moves.session

    @property
    def tenant_id(self) -> UUID:
        """Say whose batch it is."""
        return self.moves.tenant_id

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

    def forget(self, alarm_id: UUID) -> None:
        """Take in that a rule cleared an alarm: nothing goes under it any more."""
        self._cleared.add(alarm_id)

    def _may_be_above(self, parent_id: UUID, child: AlarmView) -> bool:
        return parent_id not in self._cleared and not self.moves.closes_ring(parent_id, child)

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
        """Look among those that come first in the order they count, however many stand."""
        node = build(given["where"])
        reads, same = reads_of(node), given.get("same", ())
        for alarm in islice(self._standing_since(since), CANDIDATES_MAX):
            facts = alarm_document(alarm)
            if holds(node, row_of(facts, reads)):
                yield Fitting(alarm, tuple(value_at(facts, path) for path in same))

    def _standing_since(self, since: datetime) -> Iterator[AlarmView]:
        """Give what stands, the gravest first; of equally grave ones the longest unheard of."""
        for one in STANDING:
            wanted = AlarmFilter(severities=frozenset({one}), since=since)
            where = (self.session, self.tenant_id, wanted)
            yield from list_alarms(*where, sort="last_raised_at", limit=CANDIDATES_MAX)


def _order(one: Fitting) -> tuple[int, datetime, str]:
    alarm = one.alarm
    return (-alarm.perceived_severity.rank, alarm.first_raised_at, str(alarm.id))
