"""A tenant's alarms as they were, batch by batch: events by the same lifecycle, deeds as kept.

Alarms have the ids they have in life. An alarm that began before what is played is taken over from
its row and its history when its first event comes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from uuid import UUID

from typing_extensions import override

from runtime.alarms._applied import change_noted
from runtime.alarms._batch import Change
from runtime.alarms._memory import Facts
from runtime.alarms.deeds import Kin, redo
from runtime.alarms.documents import AlarmView, view_of_facts
from runtime.alarms.earlier import Past, Wanted
from runtime.alarms.journal import (
    ALARM,
    APPLIED,
    EXPIRED,
    LIVED,
    RELEASED,
    JournalRow,
)
from runtime.alarms.lifecycle import Transition
from runtime.alarms.model import AlarmError, AlarmEvent, Severity, parse_event
from runtime.alarms.past import Dealt
from runtime.alarms.past_lines import Line
from runtime.alarms.policy.model import DEFAULT, LifecyclePolicy
from runtime.alarms.replay import Replay
from runtime.alarms.standing import Standing

T = TypeVar("T", str, UUID)
_QUIET = (Transition.REPEATED, Transition.IGNORED)


class LooksEarlier(Protocol):
    """Gives alarms from before what is played, as they were after a line of the history."""

    def __call__(self, wanted: Wanted, /, *, upto: int) -> list[Past]:
        """Look them up."""


def nothing_earlier(_wanted: Wanted, *, upto: int) -> list[Past]:  # noqa: ARG001  a face of many
    """Know of no alarm from before what is played."""
    return []


@dataclass(slots=True, kw_only=True)
class Unknown:
    """What of the past could not be played as it was, counted.

    Attributes:
        differing: Events that now lead to another change than they did: the policy was changed
            since, or what came before is not kept any more.
        deleted: Events whose alarm was deleted since, and with it what people did to it.
        earlier: Alarms that began before what is played: what their source said is as known now.
        deeds: Deeds of people, rules and the clock that were played; not unknown, but told.
    """

    differing: int = 0
    deleted: int = 0
    earlier: int = 0
    deeds: int = 0


@dataclass(slots=True)
class Played:
    """What a batch did: changes in their order, and alarms that were let go in it."""

    changes: list[Change] = field(default_factory=list)
    released: list[Change] = field(default_factory=list)


class PastAlarms(Replay):
    """The alarms of one tenant while its past is played.

    Args of the constructor:
        taken_at_once: Rows that a request applied itself; their changes come with its notice.
        earlier: Looks up the alarms from before what is played, by identity.
    """

    def __init__(
        self,
        tenant_id: UUID,
        policy: LifecyclePolicy = DEFAULT,
        ttls: Mapping[UUID | None, int] | None = None,
        *,
        taken_at_once: Collection[int] = (),
        earlier: LooksEarlier = nothing_earlier,
    ) -> None:
        super().__init__(tenant_id, policy, ttls)
        self.unknown = Unknown()
        self._taken_at_once = taken_at_once
        self._earlier = earlier
        self._asked_for: set[str | UUID] = set()
        self._has_begun = False
        self._upto = 0
        self._lines: Mapping[int, Line] = {}
        self._line: Line | None = None
        self._on: dict[str, set[UUID]] = defaultdict(set)
        self._children: Counter[UUID] = Counter()

    def step(self, dealt: Dealt) -> Played:
        """Do what was done before a batch, then play the batch itself.

        What was done before the first is done already: alarms are taken over as it left them.
        """
        said = {row.seq: _event_of(row) for row in dealt.rows if row.kind == ALARM}
        self._take_over(dealt, said.values())
        for line in dealt.deeds if self._has_begun else ():
            self._do(line)
        self._has_begun = True
        self._lines, self._upto = dealt.lines, dealt.upto
        played = Played()
        for row in dealt.rows:
            if row.kind in LIVED:
                change = self._play_one(row, said.get(row.seq), is_kept=dealt.is_kept)
                if change is not None and row.seq not in self._taken_at_once:
                    played.changes.append(change)
        played.changes += self._noted(dealt.rows)
        played.changes.sort(key=lambda one: one.seq)
        for line in dealt.quieted:
            self._do(line)
        played.released = [one for row in dealt.rows if (one := self._released(row)) is not None]
        self._history.clear()
        self._told.clear()
        return played

    def find(self, alarm_id: UUID) -> AlarmView | None:
        """Give an alarm as it is at this point of the past."""
        facts = self._alarms.now.get(alarm_id)
        return view_of_facts(facts) if facts is not None else None

    def standing_on(self, objects: Collection[str], *, least: Severity) -> list[Standing]:
        """List the active alarms on these objects that are at least so severe."""
        self._add(Wanted(objects=self._new(objects)), upto=self._upto)
        return [
            Standing(alarm["id"], name, alarm["first_raised_at"])
            for name in objects
            for alarm in (self._alarms.now[one] for one in self._on.get(name, ()))
            if alarm["severity_rank"] >= least.rank
        ]

    def _play_one(
        self, row: JournalRow, event: AlarmEvent | None, *, is_kept: bool
    ) -> Change | None:
        self._line = line = self._lines.get(row.seq)
        if row.kind != ALARM:
            change = self._notice_of(row)
        elif event is None:
            return None
        else:
            change = self.take(row, event, event.dedup_key)
            self._compare(change, line, is_kept=is_kept)
        if change is not None:
            self._index(self._alarms.now[change.alarm.id])
        return change

    def _notice_of(self, row: JournalRow) -> Change | None:
        alarm = self._alarms.now.get(alarm_id := UUID(row.event["alarm_id"]))
        if alarm is not None and row.kind == EXPIRED:
            # The clock takes the expiry away when it writes the notice; a raise sets it again.
            alarm["expires_at"] = None if row.seq in self._lines else row.received_at
        return self._notice(row, alarm_id)

    def _compare(self, change: Change | None, line: Line | None, *, is_kept: bool) -> None:
        """Count where the past says another thing of an event than it leads to now."""
        if not is_kept:
            return
        went = change.transition if change is not None else Transition.IGNORED
        if line is None and went is Transition.CREATED:
            self.unknown.deleted += 1
        elif (line.kind if line else None) != (None if went in _QUIET else went.value):
            self.unknown.differing += 1

    @override
    def _begin_condition(self, key: str) -> Facts:
        facts = super()._begin_condition(key)
        if self._line is not None:
            facts["id"] = self._line.condition_id
        return facts

    @override
    def _begin_alarm(self, condition: Facts, before: Facts | None, row: JournalRow) -> Facts:
        if self._line is not None:  # an ignored clear may have begun the condition, with no line
            condition["id"] = self._line.condition_id
        facts = super()._begin_alarm(condition, before, row)
        if self._line is not None:
            del self._alarms.now[facts["id"]]
            facts["id"] = condition["current_alarm_id"] = self._line.alarm_id
            self._alarms.now[facts["id"]] = facts
        return facts

    def _noted(self, rows: Iterable[JournalRow]) -> list[Change]:
        """Give the changes that requests made themselves, of the notices among these rows."""
        notices = ((row, row.event) for row in rows if row.kind == APPLIED)
        return [
            change_noted(alarm, row)
            for row, event in notices
            if (alarm := self.find(UUID(event["alarm_id"]))) is not None
        ]

    def _released(self, row: JournalRow) -> Change | None:
        """Give an alarm that was let go and still stands, as if it was raised now."""
        alarm = self.find(UUID(row.event["alarm_id"])) if row.kind == RELEASED else None
        if alarm is None or not alarm.is_active or alarm.suppressed_at is not None:
            return None
        return Change(
            alarm=alarm, transition=Transition.CREATED, previous_severity=None, seq=row.seq
        )

    def _do(self, line: Line) -> None:
        """Do to an alarm what somebody did to it."""
        alarm = self._alarms.now.get(line.alarm_id)
        if alarm is None:
            return
        self.unknown.deeds += 1
        before = alarm["parent_id"]
        kin = Kin(has_children=self._children[line.alarm_id] > 0)
        alarm.update(redo(alarm, line.deed, policy=self._policy, kin=kin))
        if alarm["parent_id"] != before:
            self._children[before] -= before is not None
            self._children[alarm["parent_id"]] += alarm["parent_id"] is not None
        self._index(alarm)

    def _index(self, alarm: Facts) -> None:
        there = self._on[alarm["managed_object"]]
        if alarm["is_active"]:
            there.add(alarm["id"])
        else:
            there.discard(alarm["id"])

    def _take_over(self, dealt: Dealt, said: Iterable[AlarmEvent | None]) -> None:
        """Take over what a batch and the deeds before it are about, where it began before."""
        keys = self._new(one.dedup_key for one in said if one is not None)
        named = (row.event.get("alarm_id") for row in dealt.rows if row.kind != ALARM)
        ids = {UUID(one) for one in named if one} | {line.alarm_id for line in dealt.deeds}
        deeds = dealt.deeds if self._has_begun else ()
        before = min((line.seq - 1 for line in deeds), default=dealt.upto)
        self._add(Wanted(keys, self._new(ids - self._alarms.now.keys())), upto=before)

    def _new(self, wanted: Iterable[T]) -> set[T]:
        new = set(wanted) - self._asked_for
        self._asked_for |= new
        return new

    def _add(self, wanted: Wanted, *, upto: int) -> None:
        """Take over alarms that began before what is played, those that are not known yet."""
        for condition, alarm in self._earlier(wanted, upto=upto) if any(wanted) else ():
            if alarm["id"] in self._alarms.now:
                continue
            self.unknown.earlier += 1
            self._alarms.now[alarm["id"]] = alarm
            self._children[alarm["parent_id"]] += alarm["parent_id"] is not None
            known = self._conditions.now.setdefault(condition["dedup_key"], condition)
            current = known["current_alarm_id"] if known is not condition else None
            known["current_alarm_id"] = max(current or alarm["id"], alarm["id"])
            self._index(alarm)


def _event_of(row: JournalRow) -> AlarmEvent | None:
    try:
        return parse_event(row.event, is_kept=True)
    except AlarmError:
        return None
