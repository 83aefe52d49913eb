"""A rule tried on chosen alarms, event by event: what it saw, whether it matched, whether it fired.

Pure, by the same judge and lifecycle as live.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.alarms.journal import JournalRow
from runtime.alarms.replay import Replay
from runtime.rules.conditions import Node, reads_of
from runtime.rules.judging.asking import Asked, ask, judge_by_reference
from runtime.rules.judging.changes import event_of
from runtime.rules.judging.events import Item, Tick, Verdict
from runtime.rules.judging.judge import Judge
from runtime.rules.judging.memory import Memory
from runtime.rules.judging.reasons import why
from runtime.rules.judging.ruleset import JudgedRule, compile_set, judged_rule
from runtime.rules.model import Mode
from runtime.rules.reference import row_of, trace
from runtime.rules.tables.row_conditions import row_condition

_ID = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one event was to the rule.

    Attributes:
        index: Which of the given events.
        happened: What it did to its alarm: raised, changed, cleared, or nothing rules look at.
        alarm: The alarm right after it; None where it touched none.
        is_match: Whether the conditions held and the rule looked at it.
        tested: Each condition with the value it saw, by what it is the condition of; of a table
            those of the rows that count.
        decision: Which rows of a table matched and counted, and what they put out; else None.
    """

    index: int
    happened: str
    alarm: Mapping[str, Any] | None
    is_match: bool
    tested: Mapping[str, Any]
    decision: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedFiring:
    """One firing: the event it belongs to, when, and why."""

    index: int
    at: datetime
    why: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What the rule made of the given events."""

    steps: tuple[Step, ...]
    firings: tuple[SimulatedFiring, ...]


def on_trial(document: Any) -> JudgedRule:
    """Read a document, a rule's or a table's, as what `simulate` tries.

    Raises:
        InvalidError: with every problem of it.
    """
    return judged_rule(_ID, _ID, Mode.LIVE, document)


def simulate(
    judged: JudgedRule, rows: Sequence[JournalRow], *, until: datetime | None = None
) -> Simulation:
    """Try a rule or table; timers are judged up to `until`, or up to the last event alone."""
    world = Replay(_ID)
    items, happened, facts = list[Item](), dict[int, str](), dict[str, Mapping[str, Any]]()
    for row in rows:
        change = world.play(row)
        event = event_of(change) if change is not None else None
        happened[row.seq] = change.transition.value if change is not None else "ignored"
        if event is not None:
            items.append(event)
            happened[row.seq] = event.happened.value
            facts[event.alarm] = event.facts
    if rows:
        items.append(Tick(seq=-1, until=until or rows[-1].received_at))
    rules = compile_set("simulation", [judged])
    asked = ask(rules, items, judge_by_reference)
    verdicts = list(Judge(rules, Memory()).judge(asked))
    seen = {one.item.seq: one for one in asked}
    return Simulation(
        steps=tuple(_step(judged, row.seq, happened[row.seq], seen.get(row.seq)) for row in rows),
        firings=tuple(_firing(one, facts) for one in verdicts),
    )


def _step(judged: JudgedRule, index: int, happened: str, asked: Asked | None) -> Step:
    if asked is None or isinstance(asked.item, Tick):
        return Step(index=index, happened=happened, alarm=None, is_match=False, tested={})
    facts = asked.item.facts
    told = next((one.judged.told for one in asked.looking), None)
    return Step(
        index=index,
        happened=happened,
        alarm=facts,
        is_match=bool(asked.looking),
        tested={name: _traced(node, facts) for name, node in _conditions(judged, told)},
        decision=told,
    )


def _conditions(judged: JudgedRule, told: Mapping[str, Any] | None) -> Iterator[tuple[str, Node]]:
    if judged.table is None:
        yield from ((_name(key), node) for key, node in judged.conditions())
        return
    for number in told["rows"] if told is not None else ():
        yield f"row {number}", row_condition(judged.table, judged.table.rows[number - 1])


def _name(key: str) -> str:
    return key.partition(":")[2] or "when"


def _traced(node: Node, facts: Mapping[str, Any]) -> dict[str, Any]:
    return trace(node, facts, row_of(facts, reads_of(node)))


def _firing(verdict: Verdict, facts: Mapping[str, Mapping[str, Any]]) -> SimulatedFiring:
    known = verdict.event.facts if verdict.event else facts[verdict.alarm]
    return SimulatedFiring(index=verdict.seq, at=verdict.at, why=why(verdict, known))
