"""A part of a rule with what it fires for, and what just misses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from runtime.rules.judging.events import Event, Tick
from tests.unit.runtime.rules.judged import Court, after, judged


@dataclass(frozen=True, kw_only=True)
class Case:
    """A rule, events it fires for and events it does not; what fires is told by name and second.

    Attributes:
        feature: What of a rule it is about.
        rule: What is said of it; the rest is `make_rule_document`'s.
        hit: Events it fires for, and `hits` what fires then.
        miss: Events that just miss; `misses` is what fires all the same.
        otherwise: What the rule says instead where it just misses; for what no event can miss.
        beside: Another rule that is judged too.
    """

    feature: str
    rule: dict[str, Any]
    hit: Sequence[Event]
    hits: Sequence[str]
    miss: Sequence[Event]
    misses: Sequence[str] = ()
    otherwise: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, Any] | None = None


def case(feature: str, rule: dict[str, Any], **told: Any) -> Case:
    return Case(feature=feature, rule=rule, **told)


def fired(one: Case, rule: dict[str, Any], items: Sequence[Event]) -> list[str]:
    """Give what fires, by name and second, timers to the very end included."""
    rules = [judged({"name": "rule", **rule})]
    if one.beside is not None:
        rules.append(judged({"name": "beside", **one.beside}, 1))
    verdicts = Court(rules).judge([*items, Tick(seq=10_000, until=after(1e6))])
    return [f"{v.judged.rule.name}:{(v.at - after(0)).total_seconds():g}" for v in verdicts]
