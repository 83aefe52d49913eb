"""Which rules look at which events: one question to the matcher for all of them.

Pure but for the matcher. A cleared alarm is also asked about as it was before, for rules that count
its changes: how bad it was decides whether they count, and a cleared one is not bad any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.rules.fields import Row
from runtime.rules.judging.events import Event, Item, Tick
from runtime.rules.judging.ruleset import A, B, JudgedRule, RuleSet
from runtime.rules.model import PAIRS, PatternKind, Transition
from runtime.rules.plan import Program
from runtime.rules.reference import row_of

Match = Callable[[str, Program, Sequence[Row]], Sequence[frozenset[str]]]
_NOBODY: frozenset[str] = frozenset()


def judge_by_reference(_name: str, program: Program, rows: Sequence[Row]) -> list[frozenset[str]]:
    """Match with the reference evaluator alone: the same verdicts with no process beside."""
    return [program.judge(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Looking:
    """A rule that looks at an event; of a pair `roles` says as what its conditions hold."""

    judged: JudgedRule
    roles: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """An event with the rules that look at it in turn, or time that passed.

    `lapsed` are the rules that wait for an alarm to stand and whose conditions do not hold for it.
    """

    item: Item
    looking: tuple[Looking, ...] = ()
    lapsed: tuple[JudgedRule, ...] = ()


def ask(rules: RuleSet, items: Sequence[Item], match: Match) -> list[Asked]:
    """Ask which rules look at which events."""
    events = [one for one in items if isinstance(one, Event) and not one.quiet]
    flapped = [one for one in events if rules.watches_flaps and one.happened is Transition.CLEARED]
    documents = [one.facts for one in events] + [as_it_was(one.facts) for one in flapped]
    rows = [row_of(facts, rules.program.reads) for facts in documents]
    answers = match(rules.name, rules.program, rows)
    held = dict(zip((one.seq for one in events), answers, strict=False))
    was = dict(zip((one.seq for one in flapped), answers[len(events) :], strict=True))
    return [_asked(rules, item, held.get(item.seq), was.get(item.seq, _NOBODY)) for item in items]


def as_it_was(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Write a cleared alarm as it was while it stood."""
    severity = facts.get("previous_severity") or facts.get("original_severity")
    return {**facts, "perceived_severity": severity}


def _asked(rules: RuleSet, event: Item, held: frozenset[str] | None, was: frozenset[str]) -> Asked:
    if isinstance(event, Tick):
        return Asked(event)
    if held is None:
        return Asked(event, lapsed=rules.waiting)
    looking: tuple[Looking, ...] = ()
    if held or was:
        looking = tuple(_looking(rules.named(held | was), event, held, was))
    lapsed: tuple[JudgedRule, ...] = ()
    if rules.waiting:
        standing = {one.judged.key for one in looking}
        lapsed = tuple(
            one
            for one in rules.waiting
            if event.happened is Transition.CLEARED
            or (one.key not in held and one.key not in standing)
        )
    return Asked(event, looking, lapsed)


def _looking(
    named: Iterable[JudgedRule], event: Event, held: frozenset[str], was: frozenset[str]
) -> Iterator[Looking]:
    for judged in named:
        roles = _roles(judged, event, held, was)
        if roles is not None:
            yield Looking(judged, roles)


def _roles(
    judged: JudgedRule, event: Event, held: frozenset[str], was: frozenset[str]
) -> str | None:
    """Say as what an event is looked at; None where it is not."""
    pattern, happened = judged.rule.pattern, event.happened
    if pattern.kind in PAIRS:
        roles = A if happened in judged.rule.on and f"{judged.key}:{A}" in held else ""
        return (
            roles + (B if happened in pattern.b_on and f"{judged.key}:{B}" in held else "") or None
        )
    if pattern.kind is PatternKind.FLAPPING:
        return "" if judged.key in (was if happened is Transition.CLEARED else held) else None
    has_held = judged.key in held or judged.told is not None
    return "" if has_held and happened in judged.rule.on else None
