"""A rule tried on chosen alarms, event by event: what it saw, whether it matched, whether it fired.

Pure, by the same judge and lifecycle as live. What lies round the alarms, and which of them planned
work holds back, is given by who knows the tenant; where nobody does, it is told what is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.alarms.journal import JournalRow
from runtime.alarms.policy.model import DEFAULT, LifecyclePolicy
from runtime.alarms.replay import Replay
from runtime.alarms.store import Change
from runtime.rules.backtest.world import Near
from runtime.rules.conditions import Node, reads_of
from runtime.rules.judging.asking import Asked, ask, judge_by_reference
from runtime.rules.judging.changes import event_of
from runtime.rules.judging.events import Event, Item, Tick, Verdict
from runtime.rules.judging.judge import Judge
from runtime.rules.judging.memory import Memory
from runtime.rules.judging.reasons import why
from runtime.rules.judging.ruleset import JudgedRule, compile_set, judged_rule
from runtime.rules.model import Mode
from runtime.rules.reference import row_of, trace
from runtime.rules.tables.row_conditions import row_condition

_ID = UUID(int=0)


def nothing_held(_changes: Sequence[Change]) -> Mapping[int, str]:
    """Know of nothing that holds alarms back."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Where events are tried.

    Attributes:
        policy: How alarms live.
        near: Gives, for all changes, what looks up what lies round some of them; None where
            nobody can.
        held: Gives who would hold back which changes, by their places.
    """

    policy: LifecyclePolicy = DEFAULT
    near: Near | None = None
    held: Callable[[Sequence[Change]], Mapping[int, str]] = nothing_held


NOWHERE = Circumstances()


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
        held_by: The planned work that holds it back, so that rules do not judge it; "" for none.
    """

    index: int
    happened: str
    alarm: Mapping[str, Any] | None
    is_match: bool
    tested: Mapping[str, Any]
    decision: Mapping[str, Any] | None = None
    held_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedFiring:
    """One firing: the event it belongs to, when, and why."""

    index: int
    at: datetime
    why: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What the rule made of the given events.

    `not_known` are the fields that it names and that nobody could look up: they counted as missing.
    """

    steps: tuple[Step, ...]
    firings: tuple[SimulatedFiring, ...]
    not_known: tuple[str, ...] = ()


def on_trial(document: Any) -> JudgedRule:
    """Read a document, a rule's or a table's, as what `simulate` tries.

    Raises:
        InvalidError: with every problem of it.
    """
    return judged_rule(_ID, _ID, Mode.LIVE, document)


def simulate(
    judged: JudgedRule,
    rows: Sequence[JournalRow],
    *,
    until: datetime | None = None,
    there: Circumstances = NOWHERE,
) -> Simulation:
    """Try a rule or table; timers are judged up to `until`, or up to the last event alone."""
    world = Replay(_ID, there.policy)
    changes = [change for row in rows if (change := world.play(row)) is not None]
    held = there.held(changes)
    rules = compile_set("simulation", [judged])
    events = _events(changes, rules.around, there.near)
    items: list[Item] = [one for seq, one in events.items() if seq not in held]
    if rows:
        items.append(Tick(seq=-1, until=until or rows[-1].received_at))
    asked = ask(rules, items, judge_by_reference)
    verdicts = list(Judge(rules, Memory()).judge(asked))
    known = {one.alarm: one.facts for one in events.values()}
    return Simulation(
        steps=tuple(_steps(judged, rows, _Played(changes, events, held, asked))),
        firings=tuple(_firing(one, known) for one in verdicts),
        not_known=tuple(sorted(rules.around)) if there.near is None else (),
    )


def _events(
    changes: Sequence[Change], paths: frozenset[str], near: Near | None
) -> dict[int, Event]:
    """Give what rules see of changes, with what lies round them as far as the rule names it."""
    seen = [(one, event) for one in changes if (event := event_of(one)) is not None]
    if near is None or not paths:
        return {event.seq: event for _, event in seen}
    around = near(changes)(paths, [change for change, _ in seen])
    return {
        event.seq: replace(event, facts={**event.facts, **facts})
        for (_, event), facts in zip(seen, around, strict=True)
    }


@dataclass(frozen=True, slots=True)
class _Played:
    """What events did, what rules saw of it, and what was asked."""

    changes: Sequence[Change]
    events: Mapping[int, Event]
    held: Mapping[int, str]
    asked: Sequence[Asked]


def _steps(judged: JudgedRule, rows: Sequence[JournalRow], played: _Played) -> Iterator[Step]:
    happened = {one.seq: one.transition.value for one in played.changes}
    happened |= {seq: one.happened.value for seq, one in played.events.items()}
    looking = {one.item.seq: one.looking for one in played.asked}
    for row in rows:
        event = played.events.get(row.seq)
        step = Step(
            index=row.seq,
            happened=happened.get(row.seq, "ignored"),
            alarm=event.facts if event is not None else None,
            is_match=bool(looking.get(row.seq)),
            tested={},
            held_by=played.held.get(row.seq, ""),
        )
        if event is not None:
            told = next((one.judged.told for one in looking.get(row.seq, ())), None)
            tested = {name: _traced(node, event) for name, node in _conditions(judged, told)}
            step = replace(step, tested=tested, decision=told)
        yield step


def _conditions(judged: JudgedRule, told: Mapping[str, Any] | None) -> Iterator[tuple[str, Node]]:
    if judged.table is None:
        yield from ((_name(key), node) for key, node in judged.conditions())
        return
    for number in told["rows"] if told is not None else ():
        yield f"row {number}", row_condition(judged.table, judged.table.rows[number - 1])


def _name(key: str) -> str:
    return key.partition(":")[2] or "when"


def _traced(node: Node, event: Event) -> dict[str, Any]:
    return trace(node, event.facts, row_of(event.facts, reads_of(node)))


def _firing(verdict: Verdict, facts: Mapping[str, Mapping[str, Any]]) -> SimulatedFiring:
    known = verdict.event.facts if verdict.event else facts[verdict.alarm]
    return SimulatedFiring(index=verdict.seq, at=verdict.at, why=why(verdict, known))
