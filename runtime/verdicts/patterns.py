"""What a rule's pattern made of one event, by what the rule still remembers of its group. Pure.

Asked of an event that the conditions hold for and that the rule did not fire for. What a rule
remembers is bounded: where it surely does not reach back to the event any more, that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from kernel.durations import duration_words
from runtime.rules.judging.ruleset import A, B, JudgedRule
from runtime.rules.judging.state import KEPT_FOR_LATECOMERS, SECOND, GroupState, Mark, from_us
from runtime.rules.judging.steps import counted, fullest, marks_limit
from runtime.rules.model import PAIRS, PatternKind
from runtime.rules.words import field_words

FORGOTTEN = "what it had seen by then is not kept any more"
_WORDS = {A: "first", B: "second"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One event as a rule looked at it.

    Attributes:
        judged: The rule.
        state: What it remembers of the event's group; None where that is nothing.
        at: The event's instant, microseconds.
        seq: Its place in the journal; None where that is not known.
        alarm: Its alarm's id.
        roles: As what its conditions held: of a pair the first, the second or both.
        ended_at: When its alarm was cleared, microseconds; None while it stands.
    """

    judged: JudgedRule
    state: GroupState | None
    at: int
    seq: int | None = None
    alarm: str
    roles: str = ""
    ended_at: int | None = None

    @property
    def window(self) -> int:
        """Give the length of the pattern's window, microseconds."""
        return self.judged.rule.pattern.within_s * SECOND

    @property
    def within(self) -> str:
        """Say how long the pattern's window is."""
        return duration_words(self.judged.rule.pattern.within_s)

    @property
    def same(self) -> str:
        """Say what is the same in a group."""
        named = ", ".join(field_words(one) for one in self.judged.rule.pattern.group_by)
        return f" with the same {named}" if named else ""

    def marks(self) -> list[Mark]:
        """List what had come by then, the event itself included."""
        marks = self.state.marks if self.state is not None else []
        return [one for one in marks if self.seq is None or one.seq <= self.seq]

    def reaches_back(self) -> bool:
        """Tell whether all that the event was counted with is surely remembered."""
        marks = self.state.marks if self.state is not None else []
        is_there = any(
            one.alarm == self.alarm and abs(one.at - self.at) < self.window for one in marks
        )
        is_full = len(marks) >= marks_limit(self.judged.rule.pattern)
        return is_there and not is_full and marks[-1].at - self.at < KEPT_FOR_LATECOMERS


def told(seen: Seen) -> list[str]:
    """Say what kept the rule from firing; nothing where what is kept does not say it."""
    said = list(_TOLD[seen.judged.kind](seen))
    return said or list(_rests(seen))


def instant_words(at: datetime) -> str:
    """Write an instant into a sentence.

    >>> from datetime import UTC
    >>> instant_words(datetime(2026, 11, 24, 12, 5, tzinfo=UTC))
    '2026-11-24 12:05:00 UTC'
    """
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _each(_seen: Seen) -> Iterator[str]:
    return iter(())


def _rests(seen: Seen) -> Iterator[str]:
    """Say that it fired shortly before and rests."""
    pause_s = seen.judged.rule.cooldown_s
    fired = seen.state.fired if seen.state is not None else []
    apart = seen.window if seen.judged.kind in PAIRS else 0  # the other of a pair came so late
    near = [one for one in fired if abs(one - seen.at) < pause_s * SECOND + apart]
    if near:
        at = instant_words(from_us(max(near)))
        yield f"it fired at {at}{seen.same} and rests for {duration_words(pause_s)}"


def _count(seen: Seen) -> Iterator[str]:
    pattern = seen.judged.rule.pattern
    if not seen.reaches_back():
        yield FORGOTTEN
        return
    number, _ = counted(pattern, seen.marks(), at=seen.at)
    if number < pattern.at_least:
        named = field_words(pattern.distinct) if pattern.distinct else ""
        things = f"different values of {named}" if named else "such alarms"
        yield f"{number} of {pattern.at_least} {things}{seen.same} came within {seen.within}"


def _flapping(seen: Seen) -> Iterator[str]:
    pattern = seen.judged.rule.pattern
    if not seen.reaches_back():
        yield FORGOTTEN
        return
    number, _ = fullest(seen.marks(), at=seen.at, window=seen.window)
    times = "once" if number == 1 else f"{number} times"
    if number <= pattern.more_than:
        needed = f"more than {pattern.more_than} are needed"
        yield f"it changed {times} within {seen.within}, and {needed}"
    elif seen.state is not None and seen.state.held:
        calm = f"fewer than {pattern.release_below} changes within {seen.within}"
        yield f"it fired before, and there was no calm since: {calm}"


def _pair(seen: Seen) -> Iterator[str]:
    """Say which of the two is missing, and how far the nearest of that kind is away."""
    if not seen.reaches_back():
        yield FORGOTTEN
        return
    missing = list[str]()
    for role in seen.roles:
        nearest = _nearest(seen, role)
        if nearest is not None and nearest < seen.window:
            return
        tail = f": the nearest was {_length(nearest)} away" if nearest is not None else ""
        other = f"no {_WORDS[B if role == A else A]}{seen.same} came {_place(seen, role)}"
        missing.append(f"it was the {_WORDS[role]}, and {other} within {seen.within}{tail}")
    yield from missing


def _nearest(seen: Seen, role: str) -> int | None:
    """Say how far away the nearest event is that completes the pair, microseconds."""
    marks = seen.state.marks if seen.state is not None else []
    others = (one for one in marks if (one.alarm, one.at) != (seen.alarm, seen.at))
    wanted = [one for one in others if (B if role == A else A) in one.role]
    if seen.judged.kind is PatternKind.TOGETHER:
        apart = [abs(one.at - seen.at) for one in wanted if one.alarm != seen.alarm]
    else:
        ways = (one.at - seen.at if role == A else seen.at - one.at for one in wanted)
        apart = [one for one in ways if one >= 0]
    return min(apart, default=None)


def _place(seen: Seen, role: str) -> str:
    if seen.judged.kind is PatternKind.TOGETHER:
        return "of another alarm"
    return "after it" if role == A else "before it"


def _absence(seen: Seen) -> Iterator[str]:
    if A not in seen.roles:
        yield "it was the second, and the rule fires where that does not come"
        return
    pending = seen.state.pending if seen.state is not None else []
    mine = next((one for one in pending if one.alarm == seen.alarm and one.at == seen.at), None)
    if mine is not None:
        yield f"it waits until {instant_words(from_us(mine.due))} for the second{seen.same}"
        return
    marks = seen.state.marks if seen.state is not None else []
    after = [one.at - seen.at for one in marks if B in one.role and one.at >= seen.at]
    if after and min(after) < seen.window:
        came = _length(min(after))
        yield f"the second{seen.same} came {came} after it, and the rule waits {seen.within} for it"


def _persists(seen: Seen) -> Iterator[str]:
    pending = seen.state.pending if seen.state is not None else []
    mine = next((one for one in pending if one.alarm == seen.alarm), None)
    if mine is not None:
        due = instant_words(from_us(mine.due))
        yield f"it waits until {due} whether the alarm still stands"
    elif seen.ended_at is not None and seen.ended_at - seen.at < seen.window:
        yield f"it stood for {_length(seen.ended_at - seen.at)}, and {seen.within} are needed"
    elif not list(_rests(seen)):
        yield f"it did not stand with these conditions for the whole {seen.within}"


def _length(microseconds: int) -> str:
    """Say a length of time in whole seconds."""
    seconds = round(microseconds / SECOND)
    return duration_words(seconds) if seconds > 0 else "less than a second"


_TOLD: Mapping[PatternKind, Callable[[Seen], Iterator[str]]] = {
    PatternKind.EACH: _each,
    PatternKind.COUNT: _count,
    PatternKind.SEQUENCE: _pair,
    PatternKind.TOGETHER: _pair,
    PatternKind.ABSENCE: _absence,
    PatternKind.FLAPPING: _flapping,
    PatternKind.PERSISTS: _persists,
}
