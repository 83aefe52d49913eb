"""The world that a backtest judges in: one tenant's past, step by step, as rules saw it then.

What of it reached the rules is settled by what is kept of each batch: its changes, what was held
back, what was let go, what people did. Nothing here decides anything anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from kernel.clock import parse_instant
from runtime.alarms.documents import alarm_document
from runtime.alarms.journal import CLEARED, TIME, JournalRow
from runtime.alarms.past import Dealt
from runtime.alarms.past_alarms import PastAlarms
from runtime.alarms.store import Change
from runtime.rules.around import Around, nothing_around
from runtime.rules.judging.changes import event_of
from runtime.rules.judging.events import Event, Item, Tick
from runtime.rules.model import Transition

Near = Callable[[Sequence[Change]], Around]


def nothing_near(_changes: Sequence[Change]) -> Around:
    """Know nothing of what lay round a batch's alarms."""
    return nothing_around


@dataclass(slots=True, kw_only=True)
class Seen:
    """What the world showed, counted.

    Attributes:
        held: Changes that rules did not judge, since planned work or a storm held them back.
        around: For how many changes something was looked up round them, by what it was.
    """

    held: int
    around: Counter[str]


class World:
    """One tenant's past, batch by batch.

    Args of the constructor:
        alarms: The alarms as they were.
        paths: The fields that rules name and that are not the alarm's own.
        near: Gives, for all changes of a batch, what looks up what lay round some of them.
    """

    def __init__(
        self, alarms: PastAlarms, paths: frozenset[str] = frozenset(), near: Near = nothing_near
    ) -> None:
        self._alarms = alarms
        self._paths = paths
        self._near = near
        self._held_at_once: set[int] = set()
        self.seen = Seen(held=0, around=Counter())

    def facts_of(self, alarm_id: str) -> Mapping[str, Any]:
        """Give an alarm's document as it is at this point of the past."""
        alarm = self._alarms.find(UUID(alarm_id))
        return alarm_document(alarm) if alarm is not None else {}

    def judged(self, dealt: Dealt) -> list[Item]:
        """Play a batch; give what rules judge of it, in their order."""
        played = self._alarms.step(dealt)
        self._held_at_once |= dealt.held
        held = {one.seq for one in played.changes} & self._held_at_once
        self._held_at_once -= held
        self.seen.held += len(held)
        changes = [one for one in played.changes if one.seq not in held] + played.released
        seen = [(one, event) for one in changes if (event := event_of(one)) is not None]
        told = (item for row in dealt.rows if (item := self._notice(row)) is not None)
        events = self._with_surroundings(seen, played.changes)
        return sorted((*events, *told), key=lambda item: item.seq)

    def _with_surroundings(
        self, seen: Sequence[tuple[Change, Event]], changes: Sequence[Change]
    ) -> Iterator[Event]:
        if not self._paths or not seen:
            return (event for _, event in seen)
        near = self._near(changes)(self._paths, [change for change, _ in seen])
        for facts in near:
            self.seen.around.update(facts.keys())
        return (
            replace(event, facts={**event.facts, **facts})
            for (_, event), facts in zip(seen, near, strict=True)
        )

    def _notice(self, row: JournalRow) -> Item | None:
        if row.kind == TIME:
            return Tick(seq=row.seq, until=parse_instant(row.event["until"]))
        alarm = self._alarms.find(UUID(row.event["alarm_id"])) if row.kind == CLEARED else None
        if alarm is None:
            return None
        return Event(
            seq=row.seq,
            at=row.received_at,
            received_at=row.received_at,
            alarm=str(alarm.id),
            condition=str(alarm.condition_id),
            happened=Transition.CLEARED,
            facts={},
            quiet=True,
        )
