"""What each pattern makes of one event: what it remembers, and whether it is complete.

Pure functions over one group's memory. A window of `within_s` seconds is open at its start: two
events that lie exactly a window apart are not in one. An event counts at its own instant, whenever
it comes, so the verdict on a burst does not depend on the order in which it arrives.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runtime.rules.judging.ruleset import A, B
from runtime.rules.judging.state import (
    MARKS_LEAST,
    SECOND,
    VALUE_MAX,
    GroupState,
    Mark,
)
from runtime.rules.model import Pattern, PatternKind, Transition

SAME_VALUE_MAX = 8
ALARMS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One event as a pattern sees it.

    Attributes:
        at: The event's instant, microseconds.
        seq: Its place in the journal.
        alarm: Its alarm's id.
        happened: What it did to the alarm.
        roles: As what its conditions hold: of a pair the first, the second or both.
        value: What `count` tells apart; "" where it counts alarms.
    """

    at: int
    seq: int
    alarm: str
    happened: Transition
    roles: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A complete pattern: what it saw, and the alarms that made it complete."""

    seen: Mapping[str, Any] = field(default_factory=dict)
    alarms: tuple[str, ...] = ()


def marks_limit(pattern: Pattern) -> int:
    """Say how many events of one role a group remembers: twice what is needed, and a few."""
    return max(MARKS_LEAST, 2 * pattern.at_least, 2 * (pattern.more_than + 1))


def take(pattern: Pattern, state: GroupState, look: Look) -> Found | None:
    """Let a pattern take in an event; give what it found where it is complete."""
    return _STEPS[pattern.kind](pattern, state, look)


def _count(pattern: Pattern, state: GroupState, look: Look) -> Found | None:
    """Count; an alarm that only changes its severity is counted once."""
    window = pattern.within_s * SECOND
    counted_at = look.at
    known = next(
        (m.at for m in state.marks if m.alarm == look.alarm and abs(m.at - look.at) < window), None
    )
    if known is not None and look.happened is Transition.CHANGED:
        counted_at = known
    else:
        remember(pattern, state, look, "")
    seen, alarms = counted(pattern, state.marks, at=counted_at)
    return Found({"seen": seen}, alarms) if seen >= pattern.at_least else None


def counted(pattern: Pattern, marks: Sequence[Mark], *, at: int) -> tuple[int, tuple[str, ...]]:
    """Count what lies within one window round an instant: events, or values that differ."""
    window = pattern.within_s * SECOND
    if pattern.distinct:
        return _most_values(marks, at=at, window=window)
    return fullest(marks, at=at, window=window)


def _sequence(pattern: Pattern, state: GroupState, look: Look) -> Found | None:
    """The first before the second; by the order of the journal where both say one instant."""
    window = pattern.within_s * SECOND
    here = (look.at, look.seq)
    partner = None
    if B in look.roles:
        earlier = (m for m in reversed(state.marks) if A in m.role and m[:2] < here)
        partner = next((m for m in earlier if m.at > look.at - window), None)
    if partner is None and A in look.roles:
        later = (m for m in state.marks if B in m.role and m[:2] > here)
        partner = next((m for m in later if m.at < look.at + window), None)
    remember(pattern, state, look, look.roles)
    return _pair(partner, look)


def _together(pattern: Pattern, state: GroupState, look: Look) -> Found | None:
    """One of each, whichever came first; one alarm alone is never both."""
    window = pattern.within_s * SECOND
    wanted = {B if role == A else A for role in look.roles}
    partner = next(
        (
            m
            for m in reversed(state.marks)
            if m.alarm != look.alarm
            and abs(m.at - look.at) < window
            and not wanted.isdisjoint(m.role)
        ),
        None,
    )
    remember(pattern, state, look, look.roles)
    return _pair(partner, look)


def _flapping(pattern: Pattern, state: GroupState, look: Look) -> Found | None:
    """More changes than tolerated; with a release, once until a calm has been seen."""
    if look.happened is Transition.CHANGED:
        return None
    window = pattern.within_s * SECOND
    before = sum(1 for m in state.marks if look.at - window < m.at < look.at)
    if before < pattern.release_below:
        state.held = False
    remember(pattern, state, look, "")
    seen, alarms = fullest(state.marks, at=look.at, window=window)
    if seen <= pattern.more_than or state.held:
        return None
    return Found({"seen": seen}, alarms)


_STEPS: Mapping[PatternKind, Callable[[Pattern, GroupState, Look], Found | None]] = {
    PatternKind.COUNT: _count,
    PatternKind.SEQUENCE: _sequence,
    PatternKind.TOGETHER: _together,
    PatternKind.FLAPPING: _flapping,
}


def _pair(partner: Mark | None, look: Look) -> Found | None:
    if partner is None:
        return None
    is_first = partner[:2] < (look.at, look.seq)
    pair = (partner.alarm, look.alarm) if is_first else (look.alarm, partner.alarm)
    alarms = tuple(dict.fromkeys(pair))
    return Found({"other": partner.alarm, "apart_s": abs(look.at - partner.at) / SECOND}, alarms)


def remember(pattern: Pattern, state: GroupState, look: Look, role: str) -> None:
    """Take an event into a group's memory; of one value that has too many the oldest goes."""
    mark = Mark(look.at, look.seq, role, look.alarm, look.value[:VALUE_MAX])
    if pattern.distinct:
        alike = [one for one in state.marks if one.value == mark.value]
        if len(alike) >= SAME_VALUE_MAX:
            state.marks.remove(alike[0])
    state.remember(mark, most=marks_limit(pattern))


def _spans(marks: Sequence[Mark], *, at: int, window: int) -> list[Sequence[Mark]]:
    """List the marks of every window that holds `at` and ends at a mark."""
    instants = [one.at for one in marks]
    first, last = bisect_left(instants, at), bisect_left(instants, at + window)
    return [
        marks[bisect_right(instants, end - window) : bisect_right(instants, end)]
        for end in sorted({at, *instants[first:last]})
    ]


def fullest(marks: Sequence[Mark], *, at: int, window: int) -> tuple[int, tuple[str, ...]]:
    """Count the fullest window that holds `at`.

    Source: our own choice; a window that ends at `at` alone would miss a burst whose first event
    comes last. O(n) in the marks within reach for each window.
    """
    best = max(_spans(marks, at=at, window=window), key=len)
    return len(best), _alarms(best)


def _most_values(marks: Sequence[Mark], *, at: int, window: int) -> tuple[int, tuple[str, ...]]:
    """Count the different values in the window around `at` that holds most of them."""
    spans = _spans(marks, at=at, window=window)
    best = max(spans, key=lambda span: len({one.value for one in span}))
    return len({one.value for one in best}), _alarms(best)


def _alarms(marks: Sequence[Mark]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.alarm for one in marks))[:ALARMS_MAX]
