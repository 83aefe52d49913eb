"""When a value is too high, and when it is well again: a threshold with hysteresis. Pure.

A value near a limit crosses it again and again. So it has to go back further than it came
(`clear_at`), and what it does has to be seen so many times in a row and for so long before it
counts.

Source: the rising and falling thresholds of RFC 2819 (alarmTable): an event of one kind is followed
by one of the other kind. Counts and durations are our own addition, as alarm systems have them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How often in a row, and for how long, a value has to be there before it counts."""

    times: int = 1
    for_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From which value on it is raised, from which on it is well, and what has to be seen first.

    `is_above` tells which side is bad; `clear_at` lies on the good side of `raise_at`, or on it.
    """

    raise_at: float
    clear_at: float
    is_above: bool = True
    raising: Turn = Turn()
    clearing: Turn = Turn()

    def is_bad(self, value: float) -> bool:
        """Tell whether a value is at the limit or beyond."""
        return value >= self.raise_at if self.is_above else value <= self.raise_at

    def is_well(self, value: float) -> bool:
        """Tell whether a value is back far enough."""
        is_back = value <= self.clear_at if self.is_above else value >= self.clear_at
        return is_back and not self.is_bad(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a threshold stands.

    Attributes:
        is_raised: Whether it is raised.
        since_s: Since when it stands so; None before anything happened.
        streak: How many values in a row spoke for the other state.
        streak_from_s: When the first of these was measured.
        seen_s: When the last value was measured.
    """

    is_raised: bool = False
    since_s: float | None = None
    streak: int = 0
    streak_from_s: float = 0.0
    seen_s: float | None = None


def measured(standing: Standing, limits: Limits, value: float, at_s: float) -> Standing:
    """Take a value; a value from before the last one changes nothing.

    >>> limits = Limits(raise_at=90, clear_at=80)
    >>> one = measured(Standing(), limits, 95, 0)
    >>> [measured(one, limits, value, 1).is_raised for value in (89, 81, 80)]
    [True, True, False]
    """
    if standing.seen_s is not None and at_s < standing.seen_s:
        return standing
    speaks = limits.is_well(value) if standing.is_raised else limits.is_bad(value)
    streak = standing.streak + 1 if speaks else 0
    began_s = standing.streak_from_s if streak > 1 else at_s
    turn = limits.clearing if standing.is_raised else limits.raising
    if streak >= turn.times and at_s - began_s >= turn.for_s and speaks:
        return Standing(is_raised=not standing.is_raised, since_s=at_s, seen_s=at_s)
    return Standing(
        is_raised=standing.is_raised,
        since_s=standing.since_s,
        streak=streak,
        streak_from_s=began_s,
        seen_s=at_s,
    )
