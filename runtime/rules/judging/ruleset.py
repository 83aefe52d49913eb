"""Rules that are judged together, compiled: by what key the matcher knows each of their conditions.

Pure. A rule asks one question (do its conditions hold?), a rule of a pair two: is this the first,
is this the second? `when` goes with both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from runtime.rules.around import paths_named
from runtime.rules.conditions import ALWAYS, Gate, Group, Node
from runtime.rules.model import PAIRS, Mode, PatternKind, Rule, parse_rule
from runtime.rules.plan import Program, compile_rules
from runtime.rules.tables.judging import decided, idle_rule, row_keys, rows_by_key
from runtime.rules.tables.model import Table, is_table, parse_table

A, B = "a", "b"
TIMED = frozenset({PatternKind.ABSENCE, PatternKind.PERSISTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRule:
    """One rule that is judged; for a table `told` says which of its rows decided, and what."""

    id: UUID
    version_id: UUID
    mode: Mode
    rule: Rule
    table: Table | None = None
    told: Mapping[str, Any] | None = None

    @property
    def values(self) -> Mapping[str, Any]:
        """Give what a table put out by name; empty for a rule."""
        return self.told["values"] if self.told is not None else {}

    @property
    def key(self) -> str:
        """Name the rule in programs."""
        return str(self.id)

    @property
    def kind(self) -> PatternKind:
        """Name its pattern."""
        return self.rule.pattern.kind

    @property
    def place(self) -> tuple[int, str]:
        """Say when it is judged among others."""
        return (self.rule.priority, self.key)

    @property
    def is_timed(self) -> bool:
        """Tell whether it fires by a timer."""
        return self.kind in TIMED

    @property
    def needs_memory(self) -> bool:
        """Tell whether one event alone may not decide."""
        return self.kind is not PatternKind.EACH or self.rule.cooldown_s > 0

    @property
    def reach_s(self) -> int:
        """How far around an event the rule can look, seconds; latecomers left out."""
        return max(self.rule.pattern.within_s, self.rule.cooldown_s)

    def conditions(self) -> Iterator[tuple[str, Node]]:
        """Name what the matcher is asked about it."""
        rule = self.rule
        if self.table is not None:
            yield from row_keys(self.key, self.table).items()
        elif rule.pattern.kind in PAIRS:
            yield f"{self.key}:{A}", joined(rule.when, rule.pattern.a)
            yield f"{self.key}:{B}", joined(rule.when, rule.pattern.b)
        else:
            yield self.key, rule.when


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Rules, compiled together.

    Attributes:
        name: Names this very set for ever.
        rules: By key, in the order in which they are judged.
        program: Do the conditions hold for an alarm?
        waiting: Rules that look at an alarm also when their conditions do not hold for it.
        watches_flaps: Whether a cleared alarm is also asked about as it was before.
        remembers: Whether one event alone may not decide about a rule of it.
        around: Fields the rules name that are not the alarm's own.
    """

    name: str
    rules: Mapping[str, JudgedRule]
    program: Program
    waiting: tuple[JudgedRule, ...]
    watches_flaps: bool
    remembers: bool
    around: frozenset[str]

    def named(self, keys: Iterable[str]) -> list[JudgedRule]:
        """Give the rules of these keys in their order; a table as the rule its rows decide."""
        found = rows_by_key({key.partition(":")[0] for key in keys})
        return sorted((_settled(self.rules[key], rows) for key, rows in found.items()), key=_place)


def _place(judged: JudgedRule) -> tuple[int, str]:
    return judged.place


def _settled(judged: JudgedRule, rows: Iterable[int]) -> JudgedRule:
    if judged.table is None:
        return judged
    rule, told = decided(judged.table, judged.rule, rows)
    return replace(judged, rule=rule, told=told)


def judged_rule(rule_id: UUID, version_id: UUID, mode: Mode, document: Any) -> JudgedRule:
    """Read a published document, a rule's or a table's, as what is judged."""
    table = parse_table(document) if is_table(document) else None
    rule = parse_rule(document) if table is None else idle_rule(table)
    return JudgedRule(id=rule_id, version_id=version_id, mode=mode, rule=rule, table=table)


def compile_set(name: str, rules: Iterable[JudgedRule]) -> RuleSet:
    """Compile rules; of two the lower priority number is judged first."""
    ordered = sorted(rules, key=lambda one: one.place)
    conditions = {key: node for one in ordered for key, node in one.conditions()}
    return RuleSet(
        name=name,
        rules={one.key: one for one in ordered},
        program=compile_rules(conditions),
        waiting=tuple(one for one in ordered if one.kind is PatternKind.PERSISTS),
        watches_flaps=any(one.kind is PatternKind.FLAPPING for one in ordered),
        remembers=any(one.needs_memory for one in ordered),
        around=paths_named((one.rule, one.table) for one in ordered),
    )


def joined(first: Node, second: Node) -> Node:
    """Give the condition that holds where both do."""
    if first == ALWAYS:
        return second
    return first if second == ALWAYS else Group(Gate.ALL, (first, second))
