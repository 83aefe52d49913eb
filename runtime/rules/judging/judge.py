"""The judge: verdicts on changes in their order, by compiled rules and what they remember.

Pure. Live, observing, simulation and backtest all go through here; they differ in where the memory
lies and in what becomes of a verdict. Timers are judged between events, by the instants at which
events were received, so that how events are batched changes no verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kernel.ids import sha256_of
from runtime.rules.fields import Kind, read_as, value_at
from runtime.rules.judging.asking import Asked, Looking
from runtime.rules.judging.events import Event, Tick, Verdict
from runtime.rules.judging.memory import Group, Memory, Timer, groups_limit
from runtime.rules.judging.ruleset import A, B, JudgedRule, RuleSet
from runtime.rules.judging.state import (
    FIRED_MAX,
    KEPT_FOR_LATECOMERS,
    SECOND,
    GroupState,
    from_us,
    to_us,
)
from runtime.rules.judging.steps import Found, Look, marks_limit, take
from runtime.rules.judging.waiting import NoRoomError, begin, lapse, spoken, take_second
from runtime.rules.model import Mode, PatternKind


class Judge:
    """Judges one tenant's changes."""

    def __init__(self, rules: RuleSet, memory: Memory) -> None:
        self._rules = rules
        self._memory = memory

    def groups_of(self, asked: Sequence[Asked]) -> set[Group]:
        """Name the groups that judging these will look at, so that they can be read at once."""
        found: set[Group] = set()
        for one in asked:
            if isinstance(one.item, Event):
                found |= {(judged.id, one.item.condition) for judged in one.lapsed}
                for looking in one.looking:
                    group = group_of(looking.judged, one.item)
                    if group is not None and looking.judged.needs_memory:
                        found.add((looking.judged.id, group))
        return found

    def judge(self, asked: Iterable[Asked]) -> Iterator[Verdict]:
        """Give the verdicts on events in their order, those of timers between them."""
        for one in asked:
            if isinstance(one.item, Tick):
                yield from self._ring(before=to_us(one.item.until))
            else:
                yield from self._ring(before=to_us(one.item.received_at))
                yield from self._judge_one(one, one.item)

    def _judge_one(self, asked: Asked, event: Event) -> Iterator[Verdict]:
        """Judge one event by each rule in turn; one that stops keeps the later ones from it."""
        for judged in asked.lapsed:
            self._lapse(judged, event)
        for looking in asked.looking:
            verdict = self._look(looking, event)
            if verdict is not None:
                yield verdict
                if looking.judged.rule.stop and looking.judged.mode is Mode.LIVE:
                    return

    def _look(self, looking: Looking, event: Event) -> Verdict | None:
        judged = looking.judged
        group = group_of(judged, event)
        if group is None:
            return None
        if not judged.needs_memory:
            return _verdict(judged, event, group, Found())
        state, at = self._state(judged, group, at=to_us(event.at)), to_us(event.at)
        if judged.is_timed:
            self._wait(looking, event, group, state)
            return None
        is_each = judged.rule.pattern.kind is PatternKind.EACH
        found = Found() if is_each else take(judged.rule.pattern, state, _look_of(looking, event))
        fires = found is not None and _fire(judged, state, at)
        self._keep(judged, group, state, at=at)
        return _verdict(judged, event, group, found) if found is not None and fires else None

    def _wait(self, looking: Looking, event: Event, group: str, state: GroupState) -> None:
        judged, look = looking.judged, _look_of(looking, event)
        pattern, received = judged.rule.pattern, to_us(event.received_at)
        pause: str | None = group
        if pattern.kind is PatternKind.PERSISTS:
            pause = pause_group(judged, event)
        elif B in looking.roles:
            for ended in take_second(pattern, state, look):
                self._memory.cancel((judged.id, group), ended)
        waits = pattern.kind is PatternKind.PERSISTS or A in looking.roles
        pending = None
        try:
            if waits and pause is not None:
                pending = begin(pattern, state, look, received=received, group=pause)
        except NoRoomError:
            self._memory.left_out[judged.id] += 1
        kept = self._keep(judged, group, state, at=look.at)
        if kept and pending is not None:
            self._memory.wait((judged.id, group), pending)

    def _lapse(self, judged: JudgedRule, event: Event) -> None:
        group = (judged.id, event.condition)
        state = self._memory.find(group)
        if state is None or not state.pending:
            return
        look = _look_of(Looking(judged), event)
        for ended in lapse(state, look):
            self._memory.cancel(group, ended)
        self._memory.touched(group)

    def _ring(self, *, before: int) -> Iterator[Verdict]:
        while (timer := self._memory.next_ripe(before)) is not None:
            verdict = self._speak(timer)
            if verdict is not None:
                yield verdict

    def _speak(self, timer: Timer) -> Verdict | None:
        """Speak the verdict that a timer was set for, unless it was ended or the rule is off."""
        group = (timer.rule_id, timer.group)
        state = self._memory.find(group)
        pending = spoken(state, seq=timer.seq) if state is not None else None
        if state is None or pending is None:
            return None
        self._memory.touched(group)
        judged = self._rules.rules.get(str(timer.rule_id))
        if judged is None or not judged.is_timed:
            return None
        if pending.group != timer.group:
            state = self._state(judged, pending.group, at=pending.due)
        if not _fire(judged, state, pending.due):
            return None
        if judged.rule.cooldown_s:
            self._keep(judged, pending.group, state, at=pending.due)
        return Verdict(
            judged=judged,
            seq=pending.seq,
            alarm=pending.alarm,
            group=pending.group,
            at=from_us(pending.due),
            event=None,
            found=Found({}, (pending.alarm,)),
        )

    def _state(self, judged: JudgedRule, group: str, *, at: int) -> GroupState:
        state = self._memory.find((judged.id, group)) or GroupState()
        rule = judged.rule
        state.forget(
            before=at - rule.pattern.within_s * SECOND - KEPT_FOR_LATECOMERS,
            fired_before=at - rule.cooldown_s * SECOND - KEPT_FOR_LATECOMERS,
        )
        return state

    def _keep(self, judged: JudgedRule, group: str, state: GroupState, *, at: int) -> bool:
        return self._memory.keep(
            (judged.id, group),
            state,
            limit=groups_limit(judged, marks_limit(judged.rule.pattern)),
            before=at - judged.reach_s * SECOND - KEPT_FOR_LATECOMERS,
        )


def pause_group(judged: JudgedRule, event: Event) -> str | None:
    """Name the group in which a rule that waits for single alarms pauses."""
    if not judged.rule.pattern.group_by:
        return event.condition
    values = [value_at(event.facts, path) for path in judged.rule.pattern.group_by]
    return None if None in values else sha256_of(repr(("pause", values)))


def group_of(judged: JudgedRule, event: Event) -> str | None:
    """Name the group an event belongs to, or None where it lacks one of the fields."""
    pattern = judged.rule.pattern
    alone = (PatternKind.EACH, PatternKind.FLAPPING)
    is_alone = pattern.kind in alone and not pattern.group_by
    if is_alone or pattern.kind is PatternKind.PERSISTS:
        return event.condition
    if pattern.distinct and value_at(event.facts, pattern.distinct) is None:
        return None
    values = [value_at(event.facts, path) for path in pattern.group_by]
    return None if None in values else sha256_of(repr(values))


def _look_of(looking: Looking, event: Event) -> Look:
    distinct = looking.judged.rule.pattern.distinct
    value = value_at(event.facts, distinct) if distinct else ""
    return Look(
        at=to_us(event.at),
        seq=event.seq,
        alarm=event.alarm,
        happened=event.happened,
        roles=looking.roles,
        value=str(read_as(value, Kind.TEXT) or value),
    )


def _fire(judged: JudgedRule, state: GroupState, at: int) -> bool:
    """Tell whether the rule may fire, and note that it does."""
    pause = judged.rule.cooldown_s * SECOND
    if pause and any(abs(fired - at) < pause for fired in state.fired):
        return False
    if pause:
        state.fired = [*state.fired, at][-FIRED_MAX:]
    state.held = judged.rule.pattern.release_below > 0
    return True


def _verdict(judged: JudgedRule, event: Event, group: str, found: Found) -> Verdict:
    return Verdict(
        judged=judged,
        seq=event.seq,
        alarm=event.alarm,
        group=group,
        at=event.at,
        event=event,
        found=found,
    )
