"""A rule judged over journal rows in memory, by the same judge and lifecycle as live.

Pure: it is given the rows and reads nothing. Rules that stop others are judged with it, so that its
verdicts are those it would have had among them. What rules do to alarms is not done, so a rule that
looks at what another one sets sees what the source said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from kernel.clock import parse_instant
from runtime.alarms.journal import ALARM, TIME, JournalRow
from runtime.alarms.policy.model import DEFAULT, LifecyclePolicy
from runtime.alarms.replay import Replay
from runtime.rules.backtest.report import Report, Tally
from runtime.rules.judging.asking import Match, ask, judge_by_reference
from runtime.rules.judging.changes import event_of
from runtime.rules.judging.events import Item, Tick
from runtime.rules.judging.judge import Judge
from runtime.rules.judging.memory import Memory
from runtime.rules.judging.ruleset import JudgedRule, compile_set

CHUNK = 500

Progress = Callable[[int], bool]


class Bench:
    """One rule under test, among those that may stop it."""

    def __init__(self, rule: JudgedRule, others: Sequence[JudgedRule], match: Match) -> None:
        stopping = [one for one in others if one.rule.stop and one.id != rule.id]
        self._rule = rule
        self._rules = compile_set(f"backtest {rule.version_id}", [rule, *stopping])
        self._memory = Memory()
        self._match = match
        self.tally = Tally()

    def judge(self, items: Sequence[Item], facts: Mapping[str, Mapping[str, Any]]) -> None:
        """Judge some items; `facts` are the alarms as they are now, for what timers speak of."""
        asked = ask(self._rules, items, self._match)
        for verdict in Judge(self._rules, self._memory).judge(asked):
            if verdict.judged.id == self._rule.id:
                known = verdict.event.facts if verdict.event else facts.get(verdict.alarm, {})
                self.tally.note(verdict, known)
        self.tally.left_out = self._memory.left_out[self._rule.id]


def play(  # noqa: PLR0913  the rule, what it is compared with, and how
    tenant_id: UUID,
    rows: Iterable[JournalRow],
    draft: JudgedRule,
    *,
    live: JudgedRule | None = None,
    others: Sequence[JudgedRule] = (),
    until: datetime | None = None,
    match: Match = judge_by_reference,
    policy: LifecyclePolicy = DEFAULT,
    progress: Progress | None = None,
) -> Report:
    """Play rows in order and judge each by the draft, and by the live version beside it.

    Args:
        tenant_id: Whose rows these are.
        rows: In the journal's order.
        draft: The rule under test.
        live: Its version of today.
        others: The tenant's other live rules; those that stop are judged too.
        until: How far time goes on after the last row; timers before it are judged.
        match: How conditions are matched.
        policy: How the tenant's alarms live.
        progress: Told after each chunk how many rows are done; False cancels.
    """
    report = Report()
    benches = [Bench(one, others, match) for one in (draft, live) if one is not None]
    report.draft = benches[0].tally
    report.live = benches[1].tally if live is not None else None
    world, facts = Replay(tenant_id, policy), dict[str, Mapping[str, Any]]()
    for chunk in _chunks(rows):
        items = [item for row in chunk if (item := _item(world, row, facts)) is not None]
        for bench in benches:
            bench.judge(items, facts)
        report.events += sum(1 for row in chunk if row.kind == ALARM)
        report.since = report.since or chunk[0].received_at
        report.until = chunk[-1].received_at
        if progress is not None and not progress(report.events):
            report.is_complete = False
            break
    if until is not None and report.is_complete:
        for bench in benches:
            bench.judge([Tick(seq=-1, until=until)], facts)
        report.until = until
    report.alarms = len(facts)
    return report


def _chunks(rows: Iterable[JournalRow]) -> Iterator[list[JournalRow]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _item(world: Replay, row: JournalRow, facts: dict[str, Mapping[str, Any]]) -> Item | None:
    if row.kind == TIME:
        return Tick(seq=row.seq, until=parse_instant(row.event["until"]))
    change = world.play(row) if row.kind == ALARM else None
    event = event_of(change) if change is not None else None
    if event is not None:
        facts[event.alarm] = event.facts
    return event
