"""The timeline of a run: one lane a step, loop or round, with a bar for each attempt.

Pure: attempts in, lanes out, places in percent of the span that is shown. A loop is one lane
however many rounds it has; its rounds, and the steps of one round, are lanes of their own view.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from runtime.runs._tables import StepState
from runtime.runs.paths import round_scope, split
from runtime.runs.plan import UNDO

_WORST = (
    StepState.RUNNING,
    StepState.WAITING,
    StepState.QUEUED,
    StepState.FAILED,
    StepState.CANCELLED,
    StepState.SUCCEEDED,
    StepState.PASSED,
)
_RANK = {state: rank for rank, state in enumerate(_WORST)}
_STEPS_S = (
    *(base * 10**power for power in (-3, -2, -1, 0) for base in (1, 2, 5)),
    *(10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400),
)
TICKS_MAX = 6
DAY_S = 86_400
HOUR_S = 3_600
MINUTE_S = 60


class Attempt(NamedTuple):
    """When one attempt of a step was queued, performed and over."""

    step: str
    attempt: int
    state: StepState
    port: str | None
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    wait_until: datetime | None


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a lane, in percent of the span."""

    kind: Literal["queued", "running", "waiting"]
    state: str
    left: float
    width: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A row of the timeline.

    Attributes:
        id: The step's id; of a round "".
        rounds: Of a loop, how many of its rounds are in which state.
        number: Of a round, counted from 0.
    """

    path: str
    id: str
    kind: Literal["step", "loop", "round", "undo"]
    state: str
    attempts: int
    began_at: datetime
    ended_at: datetime | None
    bars: tuple[Bar, ...]
    rounds: Mapping[str, int] = field(default_factory=dict)
    number: int | None = None

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it goes on."""
        return (self.ended_at - self.began_at).total_seconds() if self.ended_at else None


@dataclass(frozen=True, slots=True)
class Span:
    """The time a timeline shows."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """How long it is, never 0."""
        return max((self.end - self.start).total_seconds(), 0.001)

    def percent(self, at: datetime) -> float:
        """Give where an instant lies."""
        share = (at - self.start).total_seconds() / self.seconds * 100
        return round(min(max(share, 0.0), 100.0), 3)

    def ticks(self) -> list[tuple[float, str]]:
        """List round times since the start, with where they lie, at most TICKS_MAX.

        >>> from datetime import UTC
        >>> noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
        >>> Span(noon, noon + timedelta(seconds=4)).ticks()[:2]
        [(0.0, '0'), (25.0, '1 s')]
        """
        fits = (one for one in _STEPS_S if self.seconds / one < TICKS_MAX)
        step = next(fits, DAY_S * (int(self.seconds / DAY_S / TICKS_MAX) + 1))
        count = int(self.seconds / step) + 1
        return [
            (round(n * step / self.seconds * 100, 3), words(n * step) if n else "0")
            for n in range(count)
        ]


def words(seconds: float) -> str:
    """Write a duration.

    >>> words(0.25), words(75), words(93_600)
    ('250 ms', '1 min 15 s', '1 d 2 h')
    """
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.001 else "<1 ms"  # noqa: PLR2004  1 ms
    for size, name, less, less_name in (
        (DAY_S, "d", HOUR_S, "h"),
        (HOUR_S, "h", MINUTE_S, "min"),
        (MINUTE_S, "min", 1, "s"),
    ):
        if seconds >= size:
            whole, rest = int(seconds // size), int(seconds % size // less)
            return f"{whole} {name}" + (f" {rest} {less_name}" if rest else "")
    return f"{seconds:.1f}".removesuffix(".0") + " s"


def within(attempts: Iterable[Attempt], scope: str) -> list[Attempt]:
    """List the attempts in a scope, or in the rounds of the loop at that path."""
    if not scope:
        return list(attempts)
    starts = (scope + ".", scope + "[")
    return [one for one in attempts if one.step.startswith(starts)]


def span_of(attempts: Sequence[Attempt], *, now: datetime) -> Span:
    """Give the time that attempts take up, until now where one goes on."""
    if not attempts:
        return Span(now, now)
    return Span(min(one.queued_at for one in attempts), max(_end_of(one, now) for one in attempts))


def lanes_of(attempts: Iterable[Attempt], scope: str, span: Span, *, now: datetime) -> list[Lane]:
    """List the lanes of a scope, first begun first: its steps, and a lane for each loop."""
    prefix = f"{scope}." if scope else ""
    steps: dict[str, list[Attempt]] = {}
    loops: dict[str, list[Attempt]] = {}
    for one in attempts:
        if not one.step.startswith(prefix):
            continue
        cut = one.step.find("[", len(prefix))
        shelf, path = (steps, one.step) if cut < 0 else (loops, one.step[:cut])
        shelf.setdefault(path, []).append(one)
    found = [_lane(path, tries, span, loops.get(path, ()), now) for path, tries in steps.items()]
    return sorted(found, key=lambda lane: lane.began_at)


def rounds_of(attempts: Iterable[Attempt], loop: str, span: Span, *, now: datetime) -> list[Lane]:
    """List the rounds of a loop, one lane each, in their order."""
    found = []
    for number, inside in sorted(_by_round(attempts, loop).items()):
        state, path = _state_of(inside), round_scope(loop, number)
        began, ended = span_of(inside, now=now).start, _ended_at(inside)
        bar = _bar("running", state.value, (began, ended or now), span)
        lane = Lane(
            path=path,
            id="",
            kind="round",
            state=state.value,
            attempts=len(inside),
            began_at=began,
            ended_at=ended,
            bars=(bar,),
            number=number,
        )
        found.append(lane)
    return found


def last_of_each(attempts: Iterable[Attempt]) -> dict[str, Attempt]:
    """Give the last attempt of each step by path; attempts come in their order."""
    return {one.step: one for one in attempts}


def _lane(
    path: str, tries: list[Attempt], span: Span, inside: Sequence[Attempt], now: datetime
) -> Lane:
    id_, last = split(path)[1], tries[-1]
    by_round = _by_round(inside, path) if inside else {}
    return Lane(
        path=path,
        id=id_.removesuffix(UNDO),
        kind="undo" if id_.endswith(UNDO) else "loop" if inside else "step",
        state=last.state.value,
        attempts=len(tries),
        began_at=tries[0].queued_at,
        ended_at=last.ended_at,
        bars=tuple(bar for one in tries for bar in _bars(one, span, now)),
        rounds=Counter(_state_of(found).value for found in by_round.values()),
    )


def _by_round(attempts: Iterable[Attempt], loop: str) -> dict[int, list[Attempt]]:
    prefix, found = f"{loop}[", dict[int, list[Attempt]]()
    for one in attempts:
        if one.step.startswith(prefix):
            number = int(one.step[len(prefix) : one.step.index("]", len(prefix))])
            found.setdefault(number, []).append(one)
    return found


def _state_of(attempts: Iterable[Attempt]) -> StepState:
    """Give the state of a round: what still goes on in it, else the worst of its steps."""
    return min((one.state for one in last_of_each(attempts).values()), key=_RANK.__getitem__)


def _bars(one: Attempt, span: Span, now: datetime) -> list[Bar]:
    over = _end_of(one, now)
    begun = one.started_at or over
    found = []
    if begun - one.queued_at >= timedelta(seconds=span.seconds / 1000):
        found.append(_bar("queued", one.state.value, (one.queued_at, begun), span))
    if one.started_at is not None:
        waits = one.state is StepState.WAITING or one.wait_until is not None
        kind: Literal["running", "waiting"] = "waiting" if waits else "running"
        found.append(_bar(kind, one.state.value, (begun, over), span, one.attempt))
    return found


def _bar(
    kind: Literal["queued", "running", "waiting"],
    state: str,
    times: tuple[datetime, datetime],
    span: Span,
    attempt: int = 1,
) -> Bar:
    left, right = span.percent(times[0]), span.percent(times[1])
    took = words((times[1] - times[0]).total_seconds())
    what = "in the queue" if kind == "queued" else "waiting" if kind == "waiting" else state
    tried = f"Try {attempt}: " if attempt > 1 else ""
    return Bar(kind, state, left, round(right - left, 3), f"{tried}{what} {took}")


def _end_of(one: Attempt, now: datetime) -> datetime:
    return one.ended_at or (now if one.state in _WORST[:3] else one.started_at or one.queued_at)


def _ended_at(attempts: Sequence[Attempt]) -> datetime | None:
    ends = [one.ended_at for one in last_of_each(attempts).values()]
    return None if None in ends else max(end for end in ends if end is not None)
