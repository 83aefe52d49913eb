"""Which rules fire for what happened to alarms, and what they do: one batch, one transaction.

Two questions go to the matcher. First, which rules' conditions hold for each alarm; then, for the
rules that count, whether the count in their window is reached. What a window remembers is rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.ids import new_id
from runtime.alarms.documents import alarm_document
from runtime.alarms.lifecycle import Transition as Happened
from runtime.alarms.store import Change
from runtime.rules._live import LiveRule, LiveSet, live_set
from runtime.rules._tables import Firing
from runtime.rules.actions import Occasion, act
from runtime.rules.conditions import reads_of
from runtime.rules.features import Moment, Pauses, Windows, forget_old, group_of
from runtime.rules.matcher import Matcher
from runtime.rules.model import Mode, Transition
from runtime.rules.reference import row_of, trace

_ASKED_FOR: Mapping[Happened, Transition] = {
    Happened.CREATED: Transition.RAISED,
    Happened.REOPENED: Transition.RAISED,
    Happened.CHANGED: Transition.CHANGED,
    Happened.CLEARED: Transition.CLEARED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    """A rule whose conditions hold for one change."""

    live: LiveRule
    change: Change
    facts: Mapping[str, Any]
    group_key: str

    @property
    def window(self) -> Moment:
        count = self.live.rule.count
        return self._moment(count.within_s if count else 0)

    @property
    def pause(self) -> Moment:
        return self._moment(self.live.rule.cooldown_s)

    def _moment(self, reach_s: int) -> Moment:
        group = (self.live.id, self.group_key)
        return Moment(group=group, at=self.change.alarm.changed_at, reach_s=reach_s)


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
    events = [
        change
        for change in changes
        if change.transition in _ASKED_FOR and not change.alarm.is_shelved
    ]
    if not events:
        return 0
    rules = live_set(session, tenant_id, matcher)
    if not rules.rules:
        return 0
    matches = list(_matches(rules, events, matcher))
    counts = _counts(session, tenant_id, matches)
    pauses = Pauses(session, [one.pause for one in matches if one.live.rule.cooldown_s])
    fired = 0
    for match, count, reached in zip(
        matches, counts, _reached(rules, matches, counts, matcher), strict=True
    ):
        if reached and pauses.take(match.pause):
            _fire(session, tenant_id, match, count=count, now=now)
            fired += 1
    forget_old(session, [one.window for one in matches if one.live.rule.count])
    return fired


def _matches(rules: LiveSet, events: Sequence[Change], matcher: Matcher) -> Iterator[_Match]:
    """Ask which conditions hold; an alarm that lacks a field it would be grouped by is left out."""
    documents = [alarm_document(change.alarm) for change in events]
    rows = [row_of(facts, rules.when.reads) for facts in documents]
    verdicts = matcher.match(f"{rules.name}:when", rules.when, rows)
    for change, facts, keys in zip(events, documents, verdicts, strict=True):
        happened = _ASKED_FOR[change.transition]
        held = [rules.rules[key] for key in keys if happened in rules.rules[key].rule.on]
        for live in sorted(held, key=lambda one: (one.rule.priority, one.key)):
            count = live.rule.count
            group = group_of(count, facts) if count else str(change.alarm.condition_id)
            if group is not None:
                yield _Match(live=live, change=change, facts=facts, group_key=group)


def _counts(session: Session, tenant_id: UUID, matches: Sequence[_Match]) -> list[int | None]:
    """Give each match of a counting rule the count in its window, itself included."""
    windows = Windows(session, tenant_id, [one.window for one in matches if one.live.rule.count])
    return [
        windows.count(
            one.window,
            alarm_id=one.change.alarm.id,
            seq=one.change.seq,
            counts_anew=one.change.transition is not Happened.CHANGED,
        )
        if one.live.rule.count
        else None
        for one in matches
    ]


def _reached(
    rules: LiveSet, matches: Sequence[_Match], counts: Sequence[int | None], matcher: Matcher
) -> Iterator[bool]:
    """Ask which counts are enough; a rule that does not count needs none."""
    counted = [
        {match.live.counted: float(count)}
        for match, count in zip(matches, counts, strict=True)
        if count is not None
    ]
    verdicts = iter(matcher.match(f"{rules.name}:reached", rules.reached, counted))
    for match, count in zip(matches, counts, strict=True):
        yield count is None or match.live.key in next(verdicts)


def _fire(
    session: Session, tenant_id: UUID, match: _Match, *, count: int | None, now: datetime
) -> None:
    live, change = match.live, match.change
    firing = Firing(
        id=new_id(),
        tenant_id=tenant_id,
        rule_id=live.id,
        version_id=live.version_id,
        seq=change.seq,
        alarm_id=change.alarm.id,
        group_key=match.group_key,
        mode=live.mode,
        at=change.alarm.changed_at,
        recorded_at=now,
        why=_why(match, count),
        did=[],
    )
    session.add(firing)
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


def _why(match: _Match, count: int | None) -> dict[str, Any]:
    """Write down what made the rule fire, with the values it saw."""
    rule = match.live.rule
    row = row_of(match.facts, reads_of(rule.when))
    why: dict[str, Any] = {"when": trace(rule.when, match.facts, row)}
    if count is not None and rule.count is not None:
        why["count"] = {
            "seen": count,
            "at_least": rule.count.at_least,
            "within_s": rule.count.within_s,
            "group_by": list(rule.count.group_by),
        }
    return why
