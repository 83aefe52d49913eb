"""What rules hit over all: which fire most, which are silent, which fire for the same alarms.

One rule's own firings are `runtime.rules.firings`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from runtime.rules._tables import Firing, RuleRow, RuleVersionRow
from runtime.rules.model import Mode

LOOKED_AT_MAX = 20_000
RULES_OF_ONE_ALARM_MAX = 50
SHOWN_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Hitter:
    """A rule that fired: how often, and for how many alarms."""

    rule_id: UUID
    name: str
    fired: int
    alarms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A rule that is judged and does not fire; `last_fired_at` is None where it never did."""

    rule_id: UUID
    name: str
    mode: Mode
    judged_since: datetime
    last_fired_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two rules that fire for the same alarms: how many, of how many of each."""

    first_id: UUID
    first: str
    second_id: UUID
    second: str
    shared: int
    of_first: int
    of_second: int


def fires_most(session: Session, tenant_id: UUID, *, since: datetime) -> list[Hitter]:
    """List the rules that fired most often since an instant, the first twenty."""
    fired = func.count(Firing.id)
    rows = session.execute(
        select(RuleRow.id, RuleRow.name, fired, func.count(Firing.alarm_id.distinct()))
        .join(Firing, Firing.rule_id == RuleRow.id)
        .where(RuleRow.tenant_id == tenant_id, Firing.tenant_id == tenant_id, Firing.at >= since)
        .group_by(RuleRow.id, RuleRow.name)
        .order_by(fired.desc(), func.lower(RuleRow.name), RuleRow.id)
        .limit(SHOWN_MAX)
    )
    return [
        Hitter(rule_id=id_, name=name, fired=times, alarms=alarms)
        for id_, name, times, alarms in rows
    ]


def silent_rules(session: Session, tenant_id: UUID, *, since: datetime) -> list[Silent]:
    """List the rules that are judged and did not fire since an instant, the longest silent first.

    One whose version is younger than that instant is on the list only if it never fired.
    """
    last = (
        select(Firing.rule_id, func.max(Firing.at).label("at"))
        .where(Firing.tenant_id == tenant_id)
        .group_by(Firing.rule_id)
        .subquery()
    )
    is_live = RuleVersionRow.id == RuleRow.live_version_id
    rows = session.execute(
        select(RuleRow, RuleVersionRow.made_at, last.c.at)
        .join(RuleVersionRow, is_live)
        .outerjoin(last, last.c.rule_id == RuleRow.id)
        .where(RuleRow.tenant_id == tenant_id, RuleRow.mode.in_((Mode.LIVE, Mode.OBSERVE)))
        .where(or_(last.c.at.is_(None), last.c.at < since))
        .order_by(last.c.at.is_not(None), last.c.at, RuleVersionRow.made_at, RuleRow.id)
    )
    return [
        Silent(rule_id=row.id, name=row.name, mode=row.mode, judged_since=made, last_fired_at=at)
        for row, made, at in rows
    ]


def same_alarms(session: Session, tenant_id: UUID) -> list[Pair]:
    """List the pairs of rules that fire for the same alarms, those that share most first.

    The tenant's newest 20,000 firings are looked at, and of one alarm at most 50 rules.
    """
    rows = session.execute(
        select(Firing.alarm_id, Firing.rule_id)
        .where(Firing.tenant_id == tenant_id)
        .order_by(Firing.at.desc())
        .limit(LOOKED_AT_MAX)
    )
    by_alarm: dict[UUID, set[UUID]] = defaultdict(set)
    for alarm_id, rule_id in rows:
        if len(by_alarm[alarm_id]) < RULES_OF_ONE_ALARM_MAX:
            by_alarm[alarm_id].add(rule_id)
    alone = Counter(rule_id for rules in by_alarm.values() for rule_id in rules)
    shared = Counter(pair for rules in by_alarm.values() for pair in combinations(sorted(rules), 2))
    found = shared.most_common(SHOWN_MAX)
    names = _names(session, tenant_id, (rule_id for pair, _ in found for rule_id in pair))
    return [
        Pair(
            first_id=first,
            first=names[first],
            second_id=second,
            second=names[second],
            shared=number,
            of_first=alone[first],
            of_second=alone[second],
        )
        for (first, second), number in found
    ]


def _names(session: Session, tenant_id: UUID, ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = session.execute(
        select(RuleRow.id, RuleRow.name).where(
            RuleRow.tenant_id == tenant_id, RuleRow.id.in_(set(ids))
        )
    )
    return {row.id: row.name for row in rows}
