"""What is kept of rules round one alarm: firings, and what rules remember of its groups."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from runtime.alarms.store import find_alarms
from runtime.rules._tables import Firing, RuleMemory, RuleRow, RuleVersionRow
from runtime.rules.judging.judge import group_of
from runtime.rules.judging.memory import Group
from runtime.rules.judging.ruleset import JudgedRule
from runtime.rules.judging.state import GroupState
from runtime.rules.model import Mode
from runtime.verdicts.case import Case
from runtime.verdicts.notes import Fired, alarms_in

RULES_MAX = 2_000
FIRINGS_MAX = 500


class Judged(NamedTuple):
    """A rule that is judged now."""

    rule: RuleRow
    version: RuleVersionRow


def rules_judged(session: Session, tenant_id: UUID) -> list[Judged]:
    """List the rules in modes live and observe, at most 2,000."""
    rows = session.execute(
        select(RuleRow, RuleVersionRow)
        .join(RuleVersionRow, RuleVersionRow.id == RuleRow.live_version_id)
        .where(RuleRow.tenant_id == tenant_id, RuleRow.mode.in_((Mode.LIVE, Mode.OBSERVE)))
        .order_by(RuleRow.id)
        .limit(RULES_MAX)
    )
    return [Judged(*row) for row in rows]


def last_firings(session: Session, tenant_id: UUID, alarm_id: UUID) -> dict[UUID, tuple[Any, int]]:
    """Give by rule how it fired for the alarm last, and by which of its versions."""
    rows = session.execute(
        select(Firing, RuleVersionRow.number)
        .join(RuleVersionRow, RuleVersionRow.id == Firing.version_id)
        .where(Firing.tenant_id == tenant_id, Firing.alarm_id == alarm_id)
        .order_by(Firing.at, Firing.recorded_at, Firing.id)
    )
    return {firing.rule_id: (firing, number) for firing, number in rows}


def groups_in(case: Case, rules: Collection[JudgedRule]) -> dict[UUID, str]:
    """Give by rule in which of its groups the point lies that it is asked about."""
    found = {one.id: group_of(one, case.point_of(one).event) for one in rules}
    return {rule_id: group for rule_id, group in found.items() if group is not None}


def remembered(
    session: Session, tenant_id: UUID, groups: Mapping[UUID, str]
) -> dict[Group, GroupState]:
    """Give what rules remember of these groups."""
    rows = session.execute(
        select(RuleMemory.rule_id, RuleMemory.group_key, RuleMemory.state).where(
            RuleMemory.tenant_id == tenant_id,
            RuleMemory.rule_id.in_(groups),
            RuleMemory.group_key.in_(set(groups.values())),
        )
    )
    return {(rule_id, key): GroupState.from_document(said) for rule_id, key, said in rows}


def firings_near(
    session: Session,
    tenant_id: UUID,
    case: Case,
    groups: Mapping[UUID, str],
    rules: Mapping[UUID, JudgedRule],
) -> list[Fired]:
    """List firings for the alarm, and those of these rules' groups round the alarm's instants."""
    first, last = _reach(case, rules.values())
    rows = session.execute(
        select(
            Firing.rule_id,
            RuleRow.name,
            Firing.mode,
            Firing.seq,
            Firing.alarm_id,
            Firing.at,
            Firing.why,
        )
        .join(RuleRow, RuleRow.id == Firing.rule_id)
        .where(
            Firing.tenant_id == tenant_id,
            Firing.at.between(first, last),
            or_(
                Firing.alarm_id == case.alarm.id,
                Firing.rule_id.in_(groups) & Firing.group_key.in_(set(groups.values())),
            ),
        )
        .order_by(Firing.at.desc())
        .limit(FIRINGS_MAX)
    ).all()
    alarms = find_alarms(session, tenant_id, {row.alarm_id for row in rows})
    return [_fired(row, rules[row.rule_id], alarms) for row in rows if row.rule_id in rules]


def _fired(row: Any, judged: JudgedRule, alarms: Mapping[UUID, Any]) -> Fired:
    alarm = alarms.get(row.alarm_id)
    return Fired(
        judged,
        row.name,
        row.mode,
        row.seq,
        row.alarm_id,
        alarm.managed_object if alarm is not None else "",
        row.at,
        alarms_in(row.why),
    )


def _reach(case: Case, rules: Collection[JudgedRule]) -> tuple[datetime, datetime]:
    """Say from when until when firings may tell of the alarm."""
    instants = [one.event.at for one in case.points]
    reach = timedelta(seconds=max((one.reach_s for one in rules), default=0))
    return min(instants) - reach, max(instants) + reach
