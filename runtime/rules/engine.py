"""Which rules fire for what happened to alarms, and what they do: one batch, one transaction.

Two questions go to the matcher. First, which rules' conditions hold for each alarm; then, for the
rules that count, whether the count in their window is reached. What a window remembers is rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.ids import new_id, sha256_of
from runtime.alarms.documents import alarm_document
from runtime.alarms.lifecycle import Transition as Happened
from runtime.alarms.store import Change
from runtime.rules._tables import Firing, RuleRow, RuleVersionRow
from runtime.rules.actions import Occasion, act
from runtime.rules.conditions import Condition, Op, reads_of
from runtime.rules.features import count_in_window, forget_old, group_of, remember_match
from runtime.rules.fields import Kind, Read
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode, Rule, Transition, parse_rule
from runtime.rules.plan import Program, compile_rules
from runtime.rules.reference import row_of, trace

_COUNTED = Read("window.count", Kind.NUMBER)
_ASKED_FOR: Mapping[Happened, Transition] = {
    Happened.CREATED: Transition.RAISED,
    Happened.REOPENED: Transition.RAISED,
    Happened.CHANGED: Transition.CHANGED,
    Happened.CLEARED: Transition.CLEARED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRule:
    """One rule that is judged now."""

    id: UUID
    version_id: UUID
    mode: Mode
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Set:
    """A tenant's rules, compiled; `reached` has one program a rule that counts."""

    name: str
    rules: Mapping[str, LiveRule]
    when: Program
    reached: Mapping[str, Program]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """A rule whose conditions hold for one change."""

    live: LiveRule
    change: Change
    facts: Mapping[str, Any]
    group_key: str
    count: int | None = None


def judge(
    session: Session,
    tenant_id: UUID,
    changes: Sequence[Change],
    *,
    matcher: Matcher,
    now: datetime,
) -> int:
    """Judge changes in order and act; give the number of firings.

    Everything is written in the caller's transaction, which also marks the journal's rows done:
    a crash before its commit leaves nothing behind, and the same rows give the same firings.
    """
    events = [change for change in changes if change.transition in _ASKED_FOR]
    if not events:
        return 0
    rules = _live_rules(session, tenant_id, matcher)
    if not rules.rules:
        return 0
    fired = 0
    cooling = _Cooling(session)
    for match in _matches(session, tenant_id, rules, events, matcher):
        if not _is_reached(rules, match, matcher) or cooling.holds_back(match):
            continue
        cooling.note(match)
        _fire(session, tenant_id, match, now=now)
        fired += 1
    windows = [(one.id, one.rule.count.within_s) for one in rules.rules.values() if one.rule.count]
    forget_old(session, windows, now=now)
    return fired


def _live_rules(session: Session, tenant_id: UUID, matcher: Matcher) -> _Set:
    rows = session.execute(
        select(RuleRow.id, RuleRow.mode, RuleRow.live_version_id)
        .where(
            RuleRow.tenant_id == tenant_id,
            RuleRow.mode.in_((Mode.LIVE, Mode.OBSERVE)),
            RuleRow.live_version_id.is_not(None),
        )
        .order_by(RuleRow.id)
    ).all()
    modes = {row.live_version_id: row.mode for row in rows}
    name = sha256_of(repr((tenant_id, sorted((str(k), v.value) for k, v in modes.items()))))

    def load() -> _Set:
        versions = session.scalars(select(RuleVersionRow).where(RuleVersionRow.id.in_(modes)))
        return _compile(name, versions, modes)

    return matcher.keep(name, load)


def _compile(name: str, versions: Any, modes: Mapping[UUID, Mode]) -> _Set:
    rules = {
        str(row.rule_id): LiveRule(
            id=row.rule_id,
            version_id=row.id,
            mode=modes[row.id],
            rule=parse_rule(row.document),
        )
        for row in versions
    }
    reached = {
        key: compile_rules({key: _reached(live.rule.count.at_least)})
        for key, live in rules.items()
        if live.rule.count is not None
    }
    when = compile_rules({key: live.rule.when for key, live in rules.items()})
    return _Set(name=name, rules=rules, when=when, reached=reached)


def _reached(at_least: int) -> Condition:
    return Condition(_COUNTED, Op.AT_LEAST, (float(at_least),), at_least)


def _matches(
    session: Session,
    tenant_id: UUID,
    rules: _Set,
    events: Sequence[Change],
    matcher: Matcher,
) -> Iterator[_Match]:
    documents = [alarm_document(change.alarm) for change in events]
    rows = [row_of(facts, rules.when.reads) for facts in documents]
    verdicts = matcher.match(rules.name, rules.when, rows)
    for change, facts, keys in zip(events, documents, verdicts, strict=True):
        happened = _ASKED_FOR[change.transition]
        held = [rules.rules[key] for key in keys if happened in rules.rules[key].rule.on]
        for live in sorted(held, key=lambda one: (one.rule.priority, str(one.id))):
            count = live.rule.count
            if count is None:
                group = str(change.alarm.condition_id)
                yield _Match(live=live, change=change, facts=facts, group_key=group)
                continue
            counted = group_of(count, facts)
            if counted is None:
                continue
            remember_match(session, tenant_id, live.id, counted, change)
            number = count_in_window(
                session,
                live.id,
                counted,
                at=change.alarm.last_raised_at,
                within_s=count.within_s,
            )
            yield _Match(live=live, change=change, facts=facts, group_key=counted, count=number)


def _is_reached(rules: _Set, match: _Match, matcher: Matcher) -> bool:
    if match.count is None:
        return True
    key = str(match.live.id)
    name = f"{rules.name}:{key}"
    found = matcher.match(name, rules.reached[key], [{_COUNTED: float(match.count)}])
    return key in found[0]


class _Cooling:
    """Who fired lately, so that a burst gives one firing of a rule and group."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last: dict[tuple[UUID, str], datetime | None] = {}

    def holds_back(self, match: _Match) -> bool:
        pause = timedelta(seconds=match.live.rule.cooldown_s)
        if not pause:
            return False
        key = (match.live.id, match.group_key)
        if key not in self._last:
            self._last[key] = self._session.scalar(
                select(func.max(Firing.at)).where(
                    Firing.rule_id == match.live.id, Firing.group_key == match.group_key
                )
            )
        last = self._last[key]
        return last is not None and match.change.alarm.changed_at < last + pause

    def note(self, match: _Match) -> None:
        key = (match.live.id, match.group_key)
        before = self._last.get(key)
        at = match.change.alarm.changed_at
        self._last[key] = at if before is None else max(at, before)


def _fire(session: Session, tenant_id: UUID, match: _Match, *, now: datetime) -> None:
    live, change = match.live, match.change
    reads = row_of(match.facts, reads_of(live.rule.when))
    why: dict[str, Any] = {"when": trace(live.rule.when, match.facts, reads)}
    if match.count is not None and live.rule.count is not None:
        why["count"] = {"seen": match.count, "at_least": live.rule.count.at_least}
        why["count"]["within_s"] = live.rule.count.within_s
        why["count"]["group_by"] = list(live.rule.count.group_by)
    firing = Firing(
        id=new_id(),
        tenant_id=tenant_id,
        rule_id=live.id,
        version_id=live.version_id,
        seq=change.seq,
        alarm_id=change.alarm.id,
        group_key=match.group_key[:64],
        mode=live.mode,
        at=change.alarm.changed_at,
        recorded_at=now,
        why=why,
        did=[],
    )
    session.add(firing)
    session.flush()
    if live.mode is Mode.LIVE:
        occasion = Occasion(
            session=session,
            tenant_id=tenant_id,
            rule=live.rule,
            rule_id=live.id,
            key=f"{live.version_id}:{change.seq}",
            change=change,
            facts=match.facts,
            now=now,
        )
        firing.did = act(occasion)
