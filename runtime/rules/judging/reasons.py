"""Why a rule fired, as it is kept with the firing: conditions with the values seen, the pattern."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.rules.conditions import Node, reads_of
from runtime.rules.judging.asking import as_it_was
from runtime.rules.judging.events import Verdict
from runtime.rules.judging.ruleset import joined
from runtime.rules.model import PatternKind, Transition
from runtime.rules.reference import holds, row_of, trace

ALARMS_TOLD = 50


def why(verdict: Verdict, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Write down what made a rule fire, with the values it saw."""
    pattern = verdict.judged.rule.pattern
    event = verdict.event
    if event is not None and event.happened is Transition.CLEARED:
        facts = as_it_was(facts) if pattern.kind is PatternKind.FLAPPING else facts
    node = _node(verdict, facts)
    found: dict[str, Any] = {"when": trace(node, facts, row_of(facts, reads_of(node)))}
    if verdict.judged.told is not None:
        found["table"] = verdict.judged.told
    if pattern.kind is PatternKind.EACH:
        return found
    told: dict[str, Any] = {
        "kind": pattern.kind.value,
        "within_s": pattern.within_s,
        "group_by": list(pattern.group_by),
        **verdict.found.seen,
        "alarms": list(verdict.found.alarms[:ALARMS_TOLD]),
    }
    for name in ("at_least", "more_than", "release_below", "distinct"):
        if getattr(pattern, name):
            told[name] = getattr(pattern, name)
    # Firings of earlier versions have a key `count`, which this keeps.
    return found | ({"count": told} if pattern.kind is PatternKind.COUNT else {"pattern": told})


def _node(verdict: Verdict, facts: Mapping[str, Any]) -> Node:
    """Choose the condition that held: of a pair that of the first or of the second."""
    rule = verdict.judged.rule
    pattern = rule.pattern
    if pattern.kind is PatternKind.ABSENCE:
        return joined(rule.when, pattern.a)
    if pattern.kind in (PatternKind.SEQUENCE, PatternKind.TOGETHER):
        second = joined(rule.when, pattern.b)
        is_second = holds(second, row_of(facts, reads_of(second)))
        return second if is_second else joined(rule.when, pattern.a)
    return rule.when
