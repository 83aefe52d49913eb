"""Which alarm of something above its object an alarm goes under: the nearest that is down. Pure.

*Above* is what contains an object, what it depends on, what carries it, as everywhere in the
inventory; an object is never above itself, though the network may have rings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from runtime.alarms.standing import RankedStanding
from runtime.inventory.graph import Near
from runtime.rules.grouping.bounds import Bounds

StandingOn = Callable[[str], Iterable[RankedStanding]]


@dataclass(frozen=True, slots=True)
class Upper:
    """An alarm of something above, and how many hops up it stands."""

    standing: RankedStanding
    hops: int

    @property
    def id(self) -> UUID:
        """Give the alarm's id."""
        return self.standing.alarm_id


def uppers(near: Sequence[Near], standing_on: StandingOn, bounds: Bounds) -> Iterator[Upper]:
    """Give the alarms above that are severe enough, whatever their age, in the order they count.

    The nearest come first; of equally near ones the gravest, then the oldest, then by id, so that
    the answer depends on nothing else.

    Args:
        near: What is above, the nearest first, as the graph gives it.
        standing_on: Gives what stands on an object.
        bounds: How severe they have to be.
    """
    for hops, level in groupby(near, key=attrgetter("hops")):
        found = [
            one
            for spot in level
            for one in standing_on(spot.key)
            if one.severity_rank >= bounds.at_least.rank
        ]
        for one in sorted(found, key=_order):
            yield Upper(one, hops)


def _order(one: RankedStanding) -> tuple[int, datetime, str]:
    return (-one.severity_rank, one.raised_at, str(one.alarm_id))
