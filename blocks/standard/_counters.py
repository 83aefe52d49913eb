"""How fast a counter of a device counts, from two of its readings. Pure.

Source: RFC 2578, 7.1.6 and 7.1.10: a counter has no defined first value, counts up and begins again
at zero after 2^32-1 or 2^64-1. RFC 2863, 3.1.5 and ifCounterDiscontinuityTime: when that time has
changed between two readings, they say nothing together. A 64-bit counter takes centuries to run
over at any speed there is, so that one that went back was set back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["rate", "reset", "early"]
SHORT_BITS = 32


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: the count, when it was read, and the counter's time of discontinuity."""

    count: int
    at_s: float
    discontinuity: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What two readings say: how much was counted, and whether the counter ran over between.

    `reset` is a counter that began anew, `early` a reading that is not after the one before.
    """

    kind: Kind
    counted: int = 0
    seconds: float = 0.0
    ran_over: bool = False

    @property
    def per_second(self) -> float:
        """How fast it counted."""
        return self.counted / self.seconds


def counted_between(
    before: Reading, after: Reading, *, bits: int, most_per_s: float | None
) -> Counted:
    """Say what was counted between two readings.

    Args:
        before: The earlier reading.
        after: The later one.
        bits: 32 or 64.
        most_per_s: No more than that can be counted in a second, such as the speed of a line; None
            where nobody knows. A counter that went back and would have run over faster than that
            began anew; one that went up is believed, since a full line measures a little more than
            its speed where two clocks differ.

    >>> counted_between(Reading(2**32 - 10, 0), Reading(20, 10), bits=32, most_per_s=None).counted
    30
    """
    seconds = after.at_s - before.at_s
    if seconds <= 0:
        return Counted(kind="early")
    if before.discontinuity != after.discontinuity:
        return Counted(kind="reset")
    ran_over = after.count < before.count
    if ran_over and bits != SHORT_BITS:
        return Counted(kind="reset")
    counted = (after.count - before.count) % 2**bits
    if ran_over and most_per_s is not None and counted > most_per_s * seconds:
        return Counted(kind="reset")
    return Counted(kind="rate", counted=counted, seconds=seconds, ran_over=ran_over)
