"""A rule judged over a tenant's past in memory, by the same judge and lifecycle as live.

Nothing is read here but what it is given. Rules that stop others are judged with it, so that its
verdicts are those it would have had among them. What rules did to alarms is played as it was done;
what the draft would have done beyond that is not, but counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from runtime.alarms.journal import ALARM
from runtime.alarms.past import Dealt
from runtime.rules.backtest.report import Place, Report, Tally
from runtime.rules.backtest.world import World
from runtime.rules.judging.asking import Asked, Match, ask, judge_by_reference
from runtime.rules.judging.events import Event, Item, Tick
from runtime.rules.judging.judge import Judge
from runtime.rules.judging.memory import Memory
from runtime.rules.judging.ruleset import JudgedRule, compile_set

CHUNK = 500

Progress = Callable[[int], bool]


class Bench:
    """One rule under test, among those that may stop it."""

    def __init__(self, rule: JudgedRule, others: Sequence[JudgedRule], match: Match) -> None:
        self._rule = rule
        self._rules = compile_set(f"backtest {rule.version_id}", [rule, *stopping(rule.id, others)])
        self._memory = Memory()
        self._match = match
        self._events: Counter[str] = Counter()
        self.tally = Tally()

    def judge(self, items: Sequence[Item], world: World, *, is_counted: bool) -> None:
        """Judge some items; before what is asked for begins, they are only remembered."""
        asked = ask(self._rules, items, self._match)
        for verdict in Judge(self._rules, self._memory).judge(self._counted(asked)):
            if verdict.judged.id == self._rule.id and is_counted:
                known = verdict.event.facts if verdict.event else world.facts_of(verdict.alarm)
                self.tally.note(verdict, known, seen=self._events[verdict.alarm])
        self.tally.left_out = self._memory.left_out[self._rule.id]

    def judged_later(self) -> int:
        """Count the events of alarms that were judged after the rule would have changed them."""
        first = self.tally.changes_first()
        return sum(max(0, self._events[alarm] - seen) for alarm, seen in first.items())

    def _counted(self, asked: Iterable[Asked]) -> Iterator[Asked]:
        for one in asked:
            if isinstance(one.item, Event):
                self._events[one.item.alarm] += 1
            yield one


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What is judged, and beside what.

    Attributes:
        draft: The rule under test.
        live: Its version of today.
        others: The tenant's other live rules; those that stop are judged too.
        recorded: Firings of the rule whose deeds are part of what is played.
        match: How conditions are matched.
    """

    draft: JudgedRule
    live: JudgedRule | None = None
    others: Sequence[JudgedRule] = ()
    recorded: frozenset[Place] = frozenset()
    match: Match = judge_by_reference

    @property
    def rules(self) -> list[JudgedRule]:
        """List every rule that is judged."""
        two = [one for one in (self.draft, self.live) if one is not None]
        return [*two, *stopping(self.draft.id, self.others)]

    def benches(self) -> list[Bench]:
        """Make a bench for each of the two."""
        two = [one for one in (self.draft, self.live) if one is not None]
        return [Bench(one, self.others, self.match) for one in two]


def stopping(rule_id: UUID, others: Iterable[JudgedRule]) -> list[JudgedRule]:
    """List the other rules that may keep an event from a rule."""
    return [one for one in others if one.rule.stop and one.id != rule_id]


def play(
    past: Iterable[Dealt],
    world: World,
    judging: Judging,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    progress: Progress | None = None,
) -> Report:
    """Play batches in order and judge what rules saw of them.

    Args:
        past: The batches.
        world: What they are played in.
        judging: The rule, and what it is compared with.
        since: From when on firings count; what was received before is only remembered.
        until: How far time goes on after the last batch; timers before it are judged.
        progress: Told after each chunk how many events are done; False cancels.
    """
    benches = judging.benches()
    report = Report(draft=benches[0].tally)
    report.draft.recorded = judging.recorded
    report.live = benches[1].tally if judging.live is not None else None
    for chunk in _chunks(past, world, since):
        is_counted = since is None or chunk.began_at >= since
        for bench in benches:
            bench.judge(chunk.items, world, is_counted=is_counted)
        if is_counted:
            report.take_in(chunk.items, events=chunk.events, at=chunk.began_at)
            report.until = chunk.ended_at
        if progress is not None and not progress(report.events):
            report.is_complete = False
            break
    if until is not None and report.is_complete:
        for bench in benches:
            bench.judge([Tick(seq=-1, until=until)], world, is_counted=True)
        report.until = until
    report.judged_later = benches[0].judged_later()
    return report


@dataclass(slots=True)
class _Chunk:
    """Batches whose rules are asked at once."""

    began_at: datetime
    ended_at: datetime
    items: list[Item] = field(default_factory=list)
    rows: int = 0
    events: int = 0

    def add(self, dealt: Dealt, items: Iterable[Item]) -> None:
        self.items += items
        self.rows += len(dealt.rows)
        self.events += sum(1 for row in dealt.rows if row.kind == ALARM)
        self.ended_at = dealt.rows[-1].received_at


def _chunks(past: Iterable[Dealt], world: World, since: datetime | None) -> Iterator[_Chunk]:
    """Gather batches; none is with others of which some count and some do not."""
    chunk: _Chunk | None = None
    for dealt in past:
        at = dealt.rows[0].received_at
        if chunk is not None:
            begins = since is not None and chunk.began_at < since <= at
            if begins or chunk.rows >= CHUNK:
                yield chunk
                chunk = None
        chunk = chunk or _Chunk(at, at)
        chunk.add(dealt, world.judged(dealt))
    if chunk is not None:
        yield chunk
