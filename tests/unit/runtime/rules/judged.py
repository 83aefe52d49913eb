"""Judging in memory for tests: rules from documents, short events, verdicts as instants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from runtime.rules.judging.asking import ask, judge_by_reference
from runtime.rules.judging.events import Event, Item, Tick, Verdict
from runtime.rules.judging.judge import Judge
from runtime.rules.judging.memory import Memory
from runtime.rules.judging.ruleset import JudgedRule, compile_set
from runtime.rules.model import Mode, Transition, parse_rule
from tests.factories.rules import make_rule_document

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SPACE = UUID(int=7)
ANY = {"field": "managed_object", "op": "exists"}


def after(seconds: float) -> datetime:
    """Give the instant so many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def event(
    seq: int,
    at_s: float,
    name: str = "link",
    *,
    happened: str = "raised",
    received_s: float | None = None,
    **facts: Any,
) -> Event:
    """Make an event; it is received when it happens, unless it is late."""
    document: dict[str, Any] = {
        "id": name,
        "managed_object": name,
        "perceived_severity": "cleared" if happened == "cleared" else "major",
        "previous_severity": "major",
        "attributes": {},
    }
    return Event(
        seq=seq,
        at=after(at_s),
        received_at=after(at_s if received_s is None else received_s),
        alarm=name,
        condition=name,
        happened=Transition(happened),
        facts=document | facts,
    )


def judged(document: dict[str, Any], number: int = 0, mode: Mode = Mode.LIVE) -> JudgedRule:
    """Make a rule for every alarm, changed as asked, one that is judged."""
    written = make_rule_document(**({"when": ANY} | document))
    id_ = uuid5(SPACE, f"{number}")
    return JudgedRule(id=id_, version_id=id_, mode=mode, rule=parse_rule(written))


@dataclass
class Court:
    """Judges with a memory of its own."""

    rules: Sequence[JudgedRule]
    memory: Memory = field(default_factory=Memory)

    def judge(self, items: Iterable[Item]) -> list[Verdict]:
        """Judge these together."""
        rules = compile_set("test", self.rules)
        listed = list(items)
        return list(Judge(rules, self.memory).judge(ask(rules, listed, judge_by_reference)))

    def fired(self, items: Iterable[Item], *, until_s: float | None = None) -> list[float]:
        """Give the seconds after noon at which rules fired, timers up to an instant included."""
        listed = list(items)
        if until_s is not None:
            listed.append(Tick(seq=10_000, until=after(until_s)))
        return [(one.at - NOON).total_seconds() for one in self.judge(listed)]


def fired(pattern: dict[str, Any], items: Iterable[Item], **more: Any) -> list[float]:
    """Give the seconds after noon at which one rule of a pattern fires; timers to the very end."""
    return Court([judged({"pattern": pattern, **more})]).fired(items, until_s=1e6)
