"""Asks every rule that is judged now about one alarm, as the alarm is known now.

By the reference evaluator, which says the same as the matcher; nothing is recorded or done. What
fired is read from the firings, whatever the rule would say today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.alarms.documents import AlarmView, alarm_document
from runtime.alarms.store import get_alarm
from runtime.rules._tables import Firing, RuleRow, RuleVersionRow
from runtime.rules.conditions import Gate, Group, Node, reads_of
from runtime.rules.explain import deciding, sentences
from runtime.rules.judging.ruleset import JudgedRule, joined, judged_rule
from runtime.rules.model import PAIRS, Mode, PatternKind, Rule, Transition
from runtime.rules.reference import holds, row_of, trace
from runtime.rules.tables.judging import decided
from runtime.rules.tables.model import Table
from runtime.rules.tables.row_conditions import row_condition

RULES_MAX = 2_000


class Outcome(StrEnum):
    """What a rule says of an alarm."""

    FIRED = "fired"
    HELD = "held"
    NOT_HELD = "not_held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one rule says.

    Attributes:
        fired_at: When it fired for this alarm last; None where it never did.
        decided: Sentences for the conditions that decided, with the values they saw.
        notes: Where the conditions hold and it did not fire: what else it asks for.
        why: The conditions as a tree with the values seen, as `reference.trace` writes it.
    """

    rule_id: UUID
    name: str
    mode: Mode
    number: int
    outcome: Outcome
    fired_at: datetime | None
    decided: tuple[str, ...]
    notes: tuple[str, ...]
    why: Mapping[str, Any]


def facts_while_it_stood(alarm: AlarmView) -> dict[str, Any]:
    """Write an alarm as it was while it stood: a cleared one keeps only that it is over."""
    facts = alarm_document(alarm)
    if not alarm.is_active:
        facts["perceived_severity"] = facts["previous_severity"] or facts["original_severity"]
    return facts


def verdicts_of(session: Session, tenant_id: UUID, alarm_id: UUID) -> list[Verdict]:
    """Ask the rules in modes live and observe, in the order they act; at most 2,000.

    Raises:
        NotFoundError: no such alarm.
    """
    alarm = get_alarm(session, tenant_id, alarm_id)
    fired = _fired(session, tenant_id, alarm_id)
    judged = [
        (judged_rule(row.id, version.id, row.mode, version.document), row, version)
        for row, version in _judged(session, tenant_id)
    ]
    judged.sort(key=lambda one: (one[0].rule.priority, one[1].name.lower(), one[1].id))
    return [_verdict(one, row, version, alarm, fired.get(row.id)) for one, row, version in judged]


def _judged(session: Session, tenant_id: UUID) -> list[tuple[RuleRow, RuleVersionRow]]:
    rows = session.execute(
        select(RuleRow, RuleVersionRow)
        .join(RuleVersionRow, RuleVersionRow.id == RuleRow.live_version_id)
        .where(RuleRow.tenant_id == tenant_id, RuleRow.mode.in_((Mode.LIVE, Mode.OBSERVE)))
        .order_by(RuleRow.id)
        .limit(RULES_MAX)
    )
    return [(row, version) for row, version in rows]


def _fired(session: Session, tenant_id: UUID, alarm_id: UUID) -> dict[UUID, datetime]:
    """Give by rule when it fired for the alarm last."""
    rows = session.execute(
        select(Firing.rule_id, Firing.at)
        .where(Firing.tenant_id == tenant_id, Firing.alarm_id == alarm_id)
        .order_by(Firing.at)
    )
    return {row.rule_id: row.at for row in rows}


def _verdict(
    judged: JudgedRule,
    row: RuleRow,
    version: RuleVersionRow,
    alarm: AlarmView,
    fired_at: datetime | None,
) -> Verdict:
    facts = facts_while_it_stood(alarm)
    if Transition.CLEARED in judged.rule.on and not alarm.is_active:
        facts = alarm_document(alarm)
    why, told = _asked(judged, facts)
    is_held = bool(why["held"])
    outcome = Outcome.HELD if is_held else Outcome.NOT_HELD
    return Verdict(
        rule_id=row.id,
        name=row.name,
        mode=row.mode,
        number=version.number,
        outcome=Outcome.FIRED if fired_at is not None else outcome,
        fired_at=fired_at,
        decided=tuple(told),
        notes=tuple(_notes(judged.rule, version, alarm)) if is_held and fired_at is None else (),
        why=why,
    )


def _asked(judged: JudgedRule, facts: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Give the conditions as a tree, and the sentences for those that decided."""
    if judged.table is not None:
        return _asked_table(judged.table, judged.rule, facts)
    node = _node(judged.rule)
    why = trace(node, facts, row_of(facts, reads_of(node)))
    return why, sentences({"when": why}) if why["held"] else list(deciding(why))


def _asked_table(
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


def _node(rule: Rule) -> Node:
    """Give the conditions by which a rule looks at an alarm: of a pair as the one or the other."""
    pattern = rule.pattern
    if pattern.kind not in PAIRS:
        return rule.when
    return Group(Gate.ANY, tuple(joined(rule.when, one) for one in (pattern.a, pattern.b)))


def _notes(rule: Rule, version: RuleVersionRow, alarm: AlarmView) -> Iterator[str]:
    """Say what else may have kept a rule from firing whose conditions hold."""
    if version.made_at > alarm.changed_at:
        yield "it was published after this alarm last changed"
    if rule.on == {Transition.CLEARED} and alarm.is_active:
        yield "it looks at alarms when they are cleared, and this one stands"
    kind = rule.pattern.kind
    if kind is PatternKind.PERSISTS:
        yield "it fires for an alarm that still stands after a while"
    elif kind is not PatternKind.EACH:
        yield "it fires for several alarms together, not for one"
    if rule.cooldown_s:
        yield "it rests for a while after each time it fired"
