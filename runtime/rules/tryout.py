"""Try a rule on alarms that already came: which it would have matched, how often it had fired.

Pure, by the judge itself with the reference evaluator; nothing is recorded and nothing is done. An
alarm is judged as it is known now, as if it was raised at the instant it was last raised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from runtime.rules.judging.asking import ask, judge_by_reference
from runtime.rules.judging.events import Event, Item, Tick
from runtime.rules.judging.judge import Judge
from runtime.rules.judging.memory import Memory
from runtime.rules.judging.ruleset import JudgedRule, compile_set
from runtime.rules.model import Mode, Rule, Transition

_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Sample:
    """One alarm to try on: its document, and when it was last raised."""

    facts: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tryout:
    """What a rule would have done.

    Attributes:
        looked_at: How many alarms were tried.
        matched: Indices of the alarms whose conditions hold, in the given order; of a rule of a
            pair those that are the first or the second.
        fired: Indices of the alarms it would have fired for.
    """

    looked_at: int
    matched: tuple[int, ...]
    fired: tuple[int, ...]


def try_rule(rule: Rule, samples: Sequence[Sample]) -> Tryout:
    """Try a rule on samples in any order. O(n log n)."""
    in_time = sorted(range(len(samples)), key=lambda index: (samples[index].at, index))
    events: list[Item] = [_event(rule, index, samples[index]) for index in in_time]
    rules = compile_set("tryout", [JudgedRule(id=_ID, version_id=_ID, mode=Mode.LIVE, rule=rule)])
    asked = ask(rules, events, judge_by_reference)
    matched = sorted(one.item.seq for one in asked if one.looking)
    if in_time:
        asked += ask(rules, [Tick(seq=-1, until=samples[in_time[-1]].at)], judge_by_reference)
    verdicts = Judge(rules, Memory()).judge(asked)
    return Tryout(
        looked_at=len(samples),
        matched=tuple(matched),
        fired=tuple(verdict.seq for verdict in verdicts),
    )


def _event(rule: Rule, index: int, sample: Sample) -> Event:
    """Make an alarm an event of a kind that the rule asks for."""
    kinds = sorted(rule.on, key=list(Transition).index)
    alarm = str(sample.facts.get("id", index))
    return Event(
        seq=index,
        at=sample.at,
        received_at=sample.at,
        alarm=alarm,
        condition=str(sample.facts.get("condition", alarm)),
        happened=kinds[0],
        facts=sample.facts,
    )
