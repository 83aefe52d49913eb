"""Asks every rule that is judged now about one alarm: did it fire, and what decided?

Of a firing it tells what was kept with it, whatever the rule would say today. A rule that did not
fire is asked about what it looked at last, with the alarm and what lay round it as they were then,
by the reference evaluator, which says the same as the matcher. Nothing is recorded or done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.rules.conditions import Gate, Group, Node, reads_of
from runtime.rules.explain import deciding, sentences
from runtime.rules.judging.ruleset import JudgedRule, compile_set, joined, judged_rule
from runtime.rules.model import PAIRS, Mode, Rule
from runtime.rules.reference import holds, row_of, trace
from runtime.rules.tables.judging import decided
from runtime.rules.tables.model import Table
from runtime.rules.tables.row_conditions import row_condition
from runtime.verdicts import memory
from runtime.verdicts.case import Case, Point, facts_for, open_case
from runtime.verdicts.keeping import Kept, kept_from_rules
from runtime.verdicts.notes import Held, notes_on


class Outcome(StrEnum):
    """What a rule says of an alarm."""

    FIRED = "fired"
    HELD = "held"
    NOT_HELD = "not_held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule says.

    Attributes:
        number: Which of its versions says so: that which fired, or that which is judged now.
        fired_at: When it fired for this alarm last; None where it never did.
        asked_at: The instant that it is asked about; that of the firing where it fired.
        happened: What happened to the alarm then; "" where a timer spoke.
        decided: Sentences for the conditions that decided, with the values they saw; of a firing
            also what its pattern saw.
        notes: Where the conditions hold and it did not fire: what kept it from that.
        why: The conditions as a tree with the values seen, as `reference.trace` writes it.
        did: What it did, one after the other, as its firing keeps it.
    """

    rule_id: UUID
    name: str
    mode: Mode
    number: int
    outcome: Outcome
    fired_at: datetime | None
    asked_at: datetime
    happened: str
    decided: tuple[str, ...]
    notes: tuple[str, ...]
    why: Mapping[str, Any]
    did: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What keeps rules from the alarm as a whole, and what each says, in the order they act."""

    kept: Sequence[Kept]
    verdicts: Sequence[Verdict]


def explain(session: Session, tenant_id: UUID, alarm_id: UUID) -> Explanation:
    """Ask the rules in modes live and observe, in the order they act; at most 2,000.

    Raises:
        NotFoundError: no such alarm.
    """
    there = {one.rule.id: one for one in memory.rules_judged(session, tenant_id)}
    judged = {
        key: judged_rule(key, one.version.id, one.rule.mode, one.version.document)
        for key, one in there.items()
    }
    rules = compile_set(f"explain {alarm_id}", judged.values())
    case = open_case(session, tenant_id, alarm_id, rules)
    fired = memory.last_firings(session, tenant_id, alarm_id)
    others = _Others(session, tenant_id, case, judged)
    verdicts = [
        _of_firing(there[one.id], *fired[one.id])
        if one.id in fired
        else _asked(case, one, there[one.id], others)
        for one in rules.rules.values()
    ]
    return Explanation(kept_from_rules(session, tenant_id, case), verdicts)


class _Others:
    """What is kept of rules and firings round the alarm, read once."""

    def __init__(
        self, session: Session, tenant_id: UUID, case: Case, judged: Mapping[UUID, JudgedRule]
    ) -> None:
        self.groups = memory.groups_in(case, judged.values())
        self._states = memory.remembered(session, tenant_id, self.groups)
        self.fired = memory.firings_near(session, tenant_id, case, self.groups, judged)

    def state(self, rule_id: UUID) -> Any:
        """Give what a rule remembers of the alarm's group."""
        return self._states.get((rule_id, self.groups.get(rule_id, "")))


def _of_firing(one: memory.Judged, firing: Any, number: int) -> Verdict:
    """Give what was kept of a firing."""
    notes = []
    if number != one.version.number:
        notes.append(f"version {one.version.number} is judged now")
    if firing.mode is Mode.OBSERVE:
        notes.append("it only observed: nothing was done")
    return Verdict(
        rule_id=one.rule.id,
        name=one.rule.name,
        mode=one.rule.mode,
        number=number,
        outcome=Outcome.FIRED,
        fired_at=firing.at,
        asked_at=firing.at,
        happened="",
        decided=tuple(sentences(firing.why)),
        notes=tuple(notes),
        why=firing.why["when"],
        did=firing.did,
    )


def _asked(case: Case, judged: JudgedRule, one: memory.Judged, others: _Others) -> Verdict:
    point = case.point_of(judged)
    why, told = _traced(judged, point)
    notes: list[str] = []
    if why["held"]:
        held = Held(
            case=case,
            point=point,
            judged=judged,
            version=one.version,
            looked=judged.id in point.looking,
            state=others.state(judged.id),
            fired=others.fired,
        )
        notes = notes_on(held)
    return Verdict(
        rule_id=one.rule.id,
        name=one.rule.name,
        mode=one.rule.mode,
        number=one.version.number,
        outcome=Outcome.HELD if why["held"] else Outcome.NOT_HELD,
        fired_at=None,
        asked_at=point.event.at,
        happened=point.event.happened.value,
        decided=tuple(dict.fromkeys(told)),
        notes=tuple(notes),
        why=why,
    )


def _traced(judged: JudgedRule, point: Point) -> tuple[dict[str, Any], list[str]]:
    """Give the conditions as a tree, and the sentences for those that decided."""
    facts = facts_for(judged, point.event)
    if judged.table is not None:
        return _traced_table(judged.table, judged.rule, facts)
    node = _node(judged, point)
    why = trace(node, facts, row_of(facts, reads_of(node)))
    return why, sentences({"when": why}) if why["held"] else list(deciding(why))


def _traced_table(
    table: Table, idle: Rule, facts: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    nodes = [row_condition(table, row) for row in table.rows]
    whole = Group(Gate.ANY, tuple(nodes))
    known = row_of(facts, reads_of(whole))
    why = trace(whole, facts, known)
    rows = [number for number, node in enumerate(nodes) if holds(node, known)]
    if not rows:
        return why, ["no row of the table matches"]
    fires, told = decided(table, idle, rows)
    seen = trace(fires.when, facts, known)
    return why, sentences({"when": seen, "table": told})


def _node(judged: JudgedRule, point: Point) -> Node:
    """Give the conditions by which a rule looked at an alarm: of a pair as the one or the other."""
    rule, pattern = judged.rule, judged.rule.pattern
    if pattern.kind not in PAIRS:
        return rule.when
    looking = point.looking.get(judged.id)
    roles = looking.roles if looking is not None else "ab"
    pair = {"a": pattern.a, "b": pattern.b}
    return Group(Gate.ANY, tuple(joined(rule.when, pair[role]) for role in roles))
