"""What a rule remembers of one group: events in its window, when it fired, what a timer waits for.

Pure, and in whole microseconds since the epoch: it is written as JSON and read back for a batch.
Everything in it is bounded, so that no rule and no storm makes it grow without end.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
KEPT_FOR_LATECOMERS = 3600 * SECOND
MARKS_LEAST = 32
PENDING_MAX = 64
FIRED_MAX = 64
VALUE_MAX = 200


def to_us(instant: datetime) -> int:
    """Count the microseconds since the epoch.

    >>> to_us(datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC))
    2000000
    """
    return (instant - EPOCH) // MICROSECOND


def from_us(number: int) -> datetime:
    """Give the instant so many microseconds after the epoch."""
    return EPOCH + number * MICROSECOND


class Mark(NamedTuple):
    """One event that a pattern remembers; `role` says as what, `value` is what is told apart."""

    at: int
    seq: int
    role: str
    alarm: str
    value: str = ""


class Pending(NamedTuple):
    """One event that a timer waits for.

    Attributes:
        at: The event's instant.
        seq: The event; it names the firing that comes of it.
        alarm: The alarm it was.
        due: The instant at which the verdict is spoken for.
        ripe: From when on it is spoken: not before the event itself was received.
        group: The group in which the rule pauses afterwards.
    """

    at: int
    seq: int
    alarm: str
    due: int
    ripe: int
    group: str


@dataclass(slots=True)
class GroupState:
    """One group's memory.

    Attributes:
        marks: Ascending by instant, then by the order they came in.
        fired: Instants of firings that may still hold back the next.
        pending: What timers wait for, in the order they came in.
        held: `flapping`: it fired, and no calm has been seen since.
    """

    marks: list[Mark] = field(default_factory=list)
    fired: list[int] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    held: bool = False

    def newest(self) -> int:
        """Give the last instant that anything here speaks of."""
        return max(
            (
                *(one.at for one in self.marks[-1:]),
                *self.fired,
                *(one.ripe for one in self.pending),
            ),
            default=0,
        )

    def remember(self, mark: Mark, *, most: int) -> None:
        """Take in an event; of a role that has too many the oldest goes."""
        insort(self.marks, mark)
        alike = [one for one in self.marks if one.role == mark.role]
        if len(alike) > most:
            self.marks.remove(alike[0])

    def forget(self, *, before: int, fired_before: int) -> None:
        """Let go of what no event can reach any more, latecomers included."""
        if self.marks and self.marks[0].at <= before:
            self.marks = [one for one in self.marks if one.at > before]
        if self.fired and min(self.fired) <= fired_before:
            self.fired = [one for one in self.fired if one > fired_before]

    def to_document(self) -> dict[str, Any]:
        """Write it as JSON; what is empty is left out."""
        document: dict[str, Any] = {}
        for name in ("marks", "fired", "pending"):
            kept = getattr(self, name)
            if kept:
                document[name] = [list(one) if isinstance(one, tuple) else one for one in kept]
        if self.held:
            document["held"] = True
        return document

    @classmethod
    def from_document(cls, document: Any) -> GroupState:
        """Read what `to_document` wrote."""
        return cls(
            marks=[Mark(*one) for one in document.get("marks", ())],
            fired=list(document.get("fired", ())),
            pending=[Pending(*one) for one in document.get("pending", ())],
            held=document.get("held", False),
        )
