"""Where judging keeps what rules remember: this one in memory; `runtime.rules.stored` in rows.

Pure. Each rule has a limit of groups: a rule that groups by free text would else fill the memory
with groups of one. When it is reached, groups that no event can reach go; where all are fresh, the
new one is not kept and the rule's count of what it left out rises.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from runtime.rules.judging.ruleset import JudgedRule
from runtime.rules.judging.state import GroupState, Pending

GROUPS_MAX = 10_000
MARKS_MAX = 200_000

Group = tuple[UUID, str]


class Timer(NamedTuple):
    """A time at which a rule speaks, in the order in which timers are dealt with."""

    ripe: int
    seq: int
    rule_id: UUID
    group: str


def groups_limit(rule: JudgedRule, most_marks: int) -> int:
    """Say how many groups a rule may have: fewer where one group may hold much."""
    is_plain = rule.rule.pattern.within_s == 0
    return GROUPS_MAX if is_plain else max(1, min(GROUPS_MAX, MARKS_MAX // most_marks))


@dataclass(kw_only=True)
class Memory:
    """What rules remember, by rule and group.

    Attributes:
        states: What is at hand.
        left_out: How many events each rule did not take in for want of room.
    """

    states: dict[Group, GroupState] = field(default_factory=dict)
    left_out: Counter[UUID] = field(default_factory=Counter)
    _timers: list[Timer] = field(default_factory=list)
    _counts: dict[UUID, int] = field(default_factory=dict)
    _oldest: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))

    def find(self, group: Group) -> GroupState | None:
        """Give what is remembered of a group."""
        return self.states.get(group)

    def keep(self, group: Group, state: GroupState, *, limit: int, before: int) -> bool:
        """Take in what is now remembered of a group.

        Args:
            group: Whose memory it is.
            state: What it is now.
            limit: How many groups the rule may have.
            before: Groups whose newest instant is not after it can go when there is no room.

        Returns:
            False where there was no room for a new group: nothing is remembered of it then.
        """
        if group in self.states:
            self.touched(group)
            return True
        rule_id = group[0]
        if self.count(rule_id) >= limit and not self._make_room(rule_id, limit, before):
            self.left_out[rule_id] += 1
            return False
        self.states[group] = state
        self._counts[rule_id] = self.count(rule_id) + 1
        self._oldest[rule_id] = min(self._oldest[rule_id], state.newest())
        self.touched(group)
        return True

    def _make_room(self, rule_id: UUID, limit: int, before: int) -> bool:
        if before < self._oldest[rule_id]:
            return False
        self._oldest[rule_id] = self.sweep(rule_id, before=before)
        return self.count(rule_id) < limit

    def touched(self, group: Group) -> None:
        """Note that a group's memory changed; what is in memory needs no note."""

    def count(self, rule_id: UUID) -> int:
        """Count a rule's groups."""
        return self._counts.get(rule_id, 0)

    def sweep(self, rule_id: UUID, *, before: int) -> int:
        """Let go of a rule's groups that are not newer; give the newest instant of the oldest."""
        mine = {
            group: state.newest() for group, state in self.states.items() if group[0] == rule_id
        }
        for group, newest in mine.items():
            if newest <= before:
                del self.states[group]
                self._counts[rule_id] -= 1
        return min((newest for newest in mine.values() if newest > before), default=0)

    def wait(self, group: Group, pending: Pending) -> None:
        """Set a timer."""
        heapq.heappush(self._timers, Timer(pending.ripe, pending.seq, *group))

    def cancel(self, group: Group, pending: Pending) -> None:
        """Note that a timer is not waited for any more; one that rings in vain does no harm."""

    def next_ripe(self, before: int) -> Timer | None:
        """Take the next timer that is ripe before an instant."""
        if self._timers and self._timers[0].ripe < before:
            return heapq.heappop(self._timers)
        return None
