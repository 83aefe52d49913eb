"""One alarm as rules are asked about it: each moment of its life, with what lay round it then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from runtime.alarms.documents import AlarmView
from runtime.alarms.lifecycle import Transition as Happened
from runtime.alarms.moments import Moment, moments_of
from runtime.alarms.store import Change, get_alarm
from runtime.rules.judging.asking import Asked, Looking, as_it_was, ask, judge_by_reference
from runtime.rules.judging.changes import event_of
from runtime.rules.judging.events import Event
from runtime.rules.judging.ruleset import JudgedRule, RuleSet
from runtime.rules.model import PAIRS, PatternKind, Transition
from runtime.surroundings.moment import MomentSurroundings

_NO_LINE = 2**62


@dataclass(frozen=True, slots=True)
class Point:
    """One moment, the event that rules saw in it, and which of them looked at it."""

    moment: Moment
    event: Event
    looking: Mapping[UUID, Looking]


@dataclass(frozen=True, slots=True)
class Case:
    """An alarm and the points of its life, the newest first; at least one."""

    alarm: AlarmView
    points: Sequence[Point]

    def point_of(self, judged: JudgedRule) -> Point:
        """Choose what a rule is asked about: what it looked at last, or else could have.

        A rule whose conditions hold at no moment is asked about the newest of those it looks for.
        """
        looked = (one for one in self.points if judged.id in one.looking)
        kinds = kinds_of(judged)
        could = (one for one in self.points if one.event.happened in kinds)
        return next(looked, None) or next(could, None) or self.points[0]


def kinds_of(judged: JudgedRule) -> frozenset[Transition]:
    """Say what must happen to an alarm for a rule to look at it."""
    rule = judged.rule
    if rule.pattern.kind is PatternKind.FLAPPING:
        return frozenset({Transition.RAISED, Transition.CLEARED})
    return rule.on | rule.pattern.b_on if rule.pattern.kind in PAIRS else rule.on


def facts_for(judged: JudgedRule, event: Event) -> Mapping[str, Any]:
    """Give what a rule's conditions are asked: flapping asks of a clear what was before it."""
    is_over = event.happened is Transition.CLEARED
    flaps = judged.rule.pattern.kind is PatternKind.FLAPPING
    return as_it_was(event.facts) if flaps and is_over else event.facts


def open_case(session: Session, tenant_id: UUID, alarm_id: UUID, rules: RuleSet) -> Case:
    """Ask all rules about every moment of an alarm.

    Raises:
        NotFoundError: no such alarm.
    """
    alarm = get_alarm(session, tenant_id, alarm_id)
    moments = moments_of(session, tenant_id, alarm_id) or [_now(alarm)]
    seen = [
        (moment, event)
        for place, moment in enumerate(moments)
        if (event := _event(session, tenant_id, moment, rules.around, place=-place)) is not None
    ]
    asked = ask(rules, [event for _, event in seen], judge_by_reference)
    points = [Point(*one, _by_rule(said)) for one, said in zip(seen, asked, strict=True)]
    return Case(alarm, points)


def _event(
    session: Session, tenant_id: UUID, moment: Moment, paths: frozenset[str], *, place: int
) -> Event | None:
    """Give what rules saw; `place` tells the moments apart, since not each has one of its own."""
    change = Change(
        alarm=moment.alarm, transition=moment.happened, previous_severity=None, seq=place
    )
    event = event_of(change)
    if event is None:
        return None
    around = MomentSurroundings(session, tenant_id, moment).facts(paths) if paths else {}
    return replace(event, facts={**event.facts, **around}, quiet=False)


def _now(alarm: AlarmView) -> Moment:
    """Give an alarm without a history as it is known now, and as it was while it stood."""
    before = alarm.previous_severity or alarm.original_severity
    stood = alarm if alarm.is_active else replace(alarm, perceived_severity=before)
    return Moment(
        line=_NO_LINE,
        seq=alarm.last_seq,
        happened=Happened.CREATED,
        alarm=stood,
        received_at=alarm.reported_at,
    )


def _by_rule(asked: Asked) -> dict[UUID, Looking]:
    return {one.judged.id: one for one in asked.looking}
