"""Is something above an alarm's object down, near enough and lately enough? Pure.

*Down* is an object with a standing alarm that is at least major. Near is bounded by hops and by the
size of the neighbourhood, lately by age on either side: on a dense network everything would else
be everything's child (one group of 30,669 alarms in a real set).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from runtime.alarms.lifecycle import Transition
from runtime.alarms.model import Severity
from runtime.alarms.standing import Standing
from runtime.alarms.store import Change
from runtime.inventory.graph import Graph, Near
from runtime.rules.around import Look

DOWN = Severity.MAJOR
_WERE_DOWN = (Transition.CLEARED, Transition.CHANGED, Transition.REPEATED)


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that is down, how far away, and by which alarm."""

    near: Near
    alarm_id: UUID


class Timeline:
    """What is down at each event of a batch, though the database knows the batch's end only.

    An alarm that the batch touches is as its latest change up to the event left it, and before its
    first change as that change found it. So the size of a batch changes no verdict.
    """

    def __init__(self, standing: Iterable[Standing], changes: Sequence[Change]) -> None:
        self._moves: dict[str, dict[UUID, list[tuple[int, datetime | None]]]] = defaultdict(dict)
        for change in changes:
            alarm = change.alarm
            moves = self._moves[alarm.managed_object].setdefault(alarm.id, [])
            if not moves:
                moves.append((-1, _raised_before(change)))
            is_down = alarm.is_active and alarm.perceived_severity.rank >= DOWN.rank
            moves.append((change.seq, alarm.first_raised_at if is_down else None))
        touched = {alarm_id for each in self._moves.values() for alarm_id in each}
        self._still: dict[str, list[Standing]] = defaultdict(list)
        for one in standing:
            if one.alarm_id not in touched:
                self._still[one.managed_object].append(one)

    def down_on(self, key: str, seq: int) -> list[Standing]:
        """List what stands on an object right after an event, the earliest first."""
        found = list(self._still.get(key, ()))
        for alarm_id, moves in self._moves.get(key, {}).items():
            raised_at = next(at for known, at in reversed(moves) if known <= seq)
            if raised_at is not None:
                found.append(Standing(alarm_id, key, raised_at))
        return sorted(found, key=lambda one: (one.raised_at, str(one.alarm_id)))


def _raised_before(change: Change) -> datetime | None:
    """Give since when an alarm was down before a change; None where it was not."""
    before = change.previous_severity
    was_down = before is not None and before.rank >= DOWN.rank
    is_known = change.transition in _WERE_DOWN and was_down
    return change.alarm.first_raised_at if is_known else None


def nearest_down(
    near: Sequence[Near], timeline: Timeline, *, seq: int, at: datetime, age_s: int
) -> Cause | None:
    """Give the nearest of the resources that is down, raised at most `age_s` from `at`."""
    age = timedelta(seconds=age_s)
    for one in near:
        for standing in timeline.down_on(one.key, seq):
            if standing.stands_at(at) and abs(at - standing.raised_at) <= age:
                return Cause(one, standing.alarm_id)
    return None


def topology_facts(
    graph: Graph,
    timeline: Timeline,
    looks: Iterable[Look],
    *,
    key: str,
    seq: int,
    at: datetime,
) -> dict[str, Any]:
    """Answer what rules ask of the network about one alarm; {} where its object is not known."""
    if key not in graph.spots:
        return {}
    found: dict[str, Any] = {}
    for look in looks:
        is_wide = look.name == "neighbour_down"
        reach = (graph.neighbours if is_wide else graph.parents)(key, hops=look.hops)
        cause = nearest_down(reach.near, timeline, seq=seq, at=at, age_s=look.age_s)
        found[look.key] = _answer(look.name, cause)
    return found


def _answer(name: str, cause: Cause | None) -> Any:
    if name in ("parent_down", "neighbour_down"):
        return cause is not None
    if cause is None:
        return None
    values = {
        "parent": cause.near.key,
        "parent_alarm": str(cause.alarm_id),
        "parent_hops": cause.near.hops,
    }
    return values[name]
