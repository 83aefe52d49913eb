"""Where a trial that goes step by step holds, and what lets it go on.

A held step is an attempt that is not made yet: rows, like any waiting, so that no worker is kept
busy and a worker's death changes nothing. What holds stands beside the run's progress, which the
interpreter neither reads nor needs. Whoever never comes back is not waited for: after `HELD_S` the
trial is cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from runtime.runs.attempts import Attempts
from runtime.runs.events import Perform
from runtime.runs.paths import split
from runtime.runs.pins import Pins
from runtime.runs.plan import UNDO

HOLDING = "holding"
"""Where a run's progress says how it holds."""
HELD_S = 1_800.0
GAVE_UP = "Nobody went on with this test run for half an hour: start it again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How a trial holds.

    Attributes:
        each: Before each step.
        stops: Ids of steps it holds before in any case.
        at: Paths of the steps it holds before now, in the order they came.
        passed: Paths of steps that were let go on.
        is_given_up: Nobody came back to it in time.
    """

    each: bool = False
    stops: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    is_given_up: bool = False

    def holds(self, command: Perform) -> bool:
        """Tell whether a step is to be held before this attempt; retries and undoing never are.

        >>> Holding(stops=("call",)).holds(Perform("each[2].call", 1))
        True
        """
        path = command.step
        if command.attempt > 1 or path in self.passed or path.endswith(UNDO):
            return False
        return self.each or split(path)[1] in self.stops

    def held(self, path: str) -> Holding:
        """Hold before a step."""
        return self if path in self.at else replace(self, at=(*self.at, path))

    def let_go(self, wish: Mapping[str, Any]) -> Holding:
        """Let steps go on: those of `steps`, or with `on` all until the next of `stops`.

        >>> Holding(each=True, at=("a", "b")).let_go({"steps": ["b"]})
        Holding(each=True, stops=(), at=('a',), passed=('b',), is_given_up=False)
        """
        goes = self.at if wish.get("on") else tuple(wish.get("steps", ()))
        return Holding(
            each=self.each and not wish.get("on"),
            stops=tuple(wish.get("stops", self.stops)),
            at=tuple(path for path in self.at if path not in goes),
            passed=(*self.passed, *(path for path in goes if path in self.at)),
        )

    def to_document(self) -> dict[str, Any]:
        """Write it as JSON."""
        found = {"stops": self.stops, "at": self.at, "passed": self.passed}
        return {"each": self.each, **{name: list(one) for name, one in found.items()}}


NEVER = Holding()


def let_go_on(
    holding: Holding, attempts: Attempts, wish: Mapping[str, Any] | None, *, now: datetime
) -> Holding:
    """Let held steps go on that somebody asked for; without that, give up when it took too long."""
    held = [one for one in attempts.held_back() if one.step in holding.at] if holding.at else []
    go = (wish or {}).get("go")
    if go is None:
        late = any(one.wait_until is not None and one.wait_until <= now for one in held)
        return replace(holding, is_given_up=late)
    found = holding.let_go(go)
    for one in held:
        if one.step not in found.at:
            one.wait_until = now
    return found


def holding_of(progress: Mapping[str, Any] | None, pins: Pins) -> Holding:
    """Read how a run holds, at first as its pins say."""
    if not pins.each and not pins.stops:
        return NEVER
    found = (progress or {}).get(HOLDING)
    if found is None:
        return Holding(each=pins.each, stops=tuple(pins.stops))
    stops, at, passed = (tuple(found[name]) for name in ("stops", "at", "passed"))
    return Holding(each=found["each"], stops=stops, at=at, passed=passed)
