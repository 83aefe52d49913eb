"""How a service went: moments from which on it was in a state, and what was said of them since.

Pure. What is recorded is only ever added to. A moment holds from its instant on, and takes back
whatever was said before it of its own instant and later: so an alarm that is heard of late puts
right what was recorded, and both stay readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from uuid import UUID

from runtime.services.spans import Span


class State(Enum):
    """How a service does, in the words of those who use it."""

    WORKING = "working"
    PLANNED = "planned"
    DEGRADED = "degraded"
    DOWN = "down"

    @property
    def rank(self) -> int:
        """Its place among the states, the worst last."""
        return tuple(State).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a service is as it is: one alarm, where, since when, and in plain words."""

    alarm_id: UUID
    key: str
    what: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """From an instant on: a state, whether the service could be used at all, and why.

    `is_down` is told apart from the state since planned work may leave a service usable.
    """

    at: datetime
    state: State
    is_down: bool = False
    cause: Cause | None = None

    @property
    def said(self) -> tuple[State, bool, UUID | None]:
        """What makes two moments say the same."""
        return self.state, self.is_down, self.cause.alarm_id if self.cause else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """A stretch in which a service did not just work; `end` is None while it lasts.

    `moments` are its states in order, `worst` the worst of them.
    """

    start: datetime
    end: datetime | None
    moments: tuple[Moment, ...]

    @property
    def worst(self) -> Moment:
        """The first moment in the worst state."""
        return max(self.moments, key=lambda one: (one.is_down, one.state.rank))

    def span(self, now: datetime) -> Span:
        """Give it as a span that ends now at the latest."""
        return Span(self.start, self.end or max(now, self.start))


def in_force(recorded: Iterable[Moment]) -> list[Moment]:
    """Give what holds of moments in the order they were recorded; ascending, each says news."""
    found: list[Moment] = []
    for one in recorded:
        while found and found[-1].at >= one.at:
            found.pop()
        found.append(one)
    return _told(found)


def corrections(
    known: Sequence[Moment], derived: Sequence[Moment], *, since: datetime
) -> list[Moment]:
    """Give what is to be added to the record so that `derived` holds from `since` on.

    Args:
        known: What holds now (`in_force`).
        derived: What is true from `since` on, ascending; the first is at `since`, or nothing is.
        since: Before it nothing changes.

    Returns:
        Nothing where both say the same already.
    """
    before = [one for one in known if one.at < since]
    wanted = _told([*before, *derived])
    same = 0
    for one, other in zip(known, wanted, strict=False):
        if one.at != other.at or one.said != other.said:
            break
        same += 1
    new = list(wanted[same:])
    gone = known[same].at if same < len(known) else None
    if gone is not None and wanted and (not new or new[0].at > gone):
        last = wanted[same - 1] if same else new[0]
        new.insert(0, replace(last, at=gone))
    return new


def spans_of(
    moments: Sequence[Moment], period: Span, wanted: Iterable[tuple[State, bool]]
) -> list[Span]:
    """Give when a timeline was in some states (with `is_down` or without) within a period."""
    chosen = set(wanted)
    return [span for span, one in stretches(moments, period) if (one.state, one.is_down) in chosen]


def stretches(moments: Sequence[Moment], period: Span) -> Iterator[tuple[Span, Moment]]:
    """Cut a timeline to a period: each of its moments with how long it held there."""
    for index, one in enumerate(moments):
        end = moments[index + 1].at if index + 1 < len(moments) else period.end
        span = Span(max(one.at, period.start), min(end, period.end))
        if span.start < span.end:
            yield span, one


def disturbances(moments: Sequence[Moment]) -> list[Disturbance]:
    """Give the stretches in which the service did not just work, the oldest first."""
    found: list[Disturbance] = []
    under_way: list[Moment] = []
    for one in moments:
        if one.state is not State.WORKING:
            under_way.append(one)
        elif under_way:
            found.append(Disturbance(start=under_way[0].at, end=one.at, moments=tuple(under_way)))
            under_way = []
    if under_way:
        found.append(Disturbance(start=under_way[0].at, end=None, moments=tuple(under_way)))
    return found


def _told(moments: Iterable[Moment]) -> list[Moment]:
    """Leave out what says nothing new."""
    found: list[Moment] = []
    for one in moments:
        if not found or found[-1].said != one.said:
            found.append(one)
    return found
