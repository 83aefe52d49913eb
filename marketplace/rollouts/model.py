"""When a roll-out goes on, waits, halts or goes back, and who is in which ring. Pure.

The rings are shares of all, each holding the one before it. In which ring somebody is follows from
the roll-out and the organisation alone: asked again, on whatever machine, it is the same; and of
another roll-out others are the first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from itertools import pairwise
from typing import Any
from uuid import UUID

from kernel.errors import InvalidError, Problem
from kernel.schema import Schema

WHOLE = 100
RINGS_MAX = 10
WAIT_MAX_S = 30 * 86_400
SAMPLES_MAX = 100_000
_PARTS = 2**64


class RolloutState(Enum):
    """How far a roll-out is."""

    RUNNING = "running"
    PAUSED = "paused"
    HALTED = "halted"
    GOING_BACK = "going_back"
    ROLLED_BACK = "rolled_back"
    FINISHED = "finished"

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen by itself or can be asked for."""
        return self is RolloutState.ROLLED_BACK

    @property
    def is_under_way(self) -> bool:
        """Tell whether no other one of its block may begin: it moves somebody, or may yet."""
        return self in (RolloutState.RUNNING, RolloutState.PAUSED, RolloutState.GOING_BACK)

    @property
    def has_to_do(self) -> bool:
        """Tell whether the clock does something with it."""
        return self in (RolloutState.RUNNING, RolloutState.GOING_BACK)


class MemberState(Enum):
    """What became of one organisation; what is kept back is looked at again."""

    WAITING = "waiting"
    MOVED = "moved"
    STOPPED = "stopped"
    KEPT_BACK = "kept_back"
    BACK = "back"
    GONE_ON = "gone_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a roll-out goes.

    Attributes:
        rings: Shares in percent, growing; the last is 100.
        wait_s: How long each ring is watched before the next one, in seconds.
        samples_min: Steps that have to be over before anything is judged.
        failures_max: The most of them that may have failed, in percent; more halts it.
        goes_back: Whether halting by itself also takes everybody back.
        goes_on_unproven: Whether the next ring begins after the wait though there were fewer
            samples than are needed to judge.
    """

    rings: tuple[int, ...] = (5, 25, 50, 100)
    wait_s: int = 3_600
    samples_min: int = 20
    failures_max: int = 5
    goes_back: bool = True
    goes_on_unproven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a roll-out is: `ring` counts from 1, `since` is when it began."""

    state: RolloutState
    ring: int
    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Steps with the new version that are over since it came, and how many of them failed."""

    samples: int
    failures: int


PLAN_SHAPE: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "rings": {
            "type": "array",
            "minItems": 1,
            "maxItems": RINGS_MAX,
            "items": {"type": "integer", "minimum": 1, "maximum": WHOLE},
        },
        "wait_s": {"type": "integer", "minimum": 0, "maximum": WAIT_MAX_S},
        "samples_min": {"type": "integer", "minimum": 1, "maximum": SAMPLES_MAX},
        "failures_max": {"type": "integer", "minimum": 0, "maximum": WHOLE - 1},
        "goes_back": {"type": "boolean"},
        "goes_on_unproven": {"type": "boolean"},
    },
}
_SHAPE = Schema(PLAN_SHAPE)


def read_plan(document: Any) -> Plan:
    """Read a plan; what it does not say is as it is by default.

    Raises:
        InvalidError: naming each field that cannot be taken.
    """
    _SHAPE.require(document, "this is no plan of a roll-out")
    rings = tuple(document.get("rings", Plan().rings))
    grows = all(one < after for one, after in pairwise(rings))
    if not grows or rings[-1] != WHOLE:
        told = "rings: give growing shares in percent, the last of which is 100"
        raise InvalidError("this is no plan of a roll-out", problems=[Problem("/rings", told)])
    return Plan(**{**document, "rings": rings})


def plan_document(plan: Plan) -> dict[str, Any]:
    """Write a plan as `read_plan` reads it."""
    return {
        "rings": list(plan.rings),
        "wait_s": plan.wait_s,
        "samples_min": plan.samples_min,
        "failures_max": plan.failures_max,
        "goes_back": plan.goes_back,
        "goes_on_unproven": plan.goes_on_unproven,
    }


def place_of(rollout_id: UUID, organisation_id: UUID) -> float:
    """Give where an organisation stands in a roll-out, from 0 to below 100, evenly spread."""
    digest = sha256(rollout_id.bytes + organisation_id.bytes).digest()
    return int.from_bytes(digest[:8], "big") * WHOLE / _PARTS


def ring_of(plan: Plan, rollout_id: UUID, organisation_id: UUID) -> int:
    """Give the ring, counted from 1, with which an organisation is moved."""
    place = place_of(rollout_id, organisation_id)
    return next(
        (number for number, share in enumerate(plan.rings, 1) if place < share), len(plan.rings)
    )


def is_failing(plan: Plan, measured: Measured) -> bool:
    """Tell whether more fail than may; never by fewer samples than are needed.

    >>> is_failing(Plan(samples_min=10, failures_max=5), Measured(samples=9, failures=9))
    False
    >>> is_failing(Plan(samples_min=10, failures_max=5), Measured(samples=20, failures=2))
    True
    """
    enough = measured.samples >= plan.samples_min
    return enough and measured.failures * WHOLE > plan.failures_max * measured.samples


def judged(
    plan: Plan,
    progress: Progress,
    measured: Measured,
    *,
    waiting: int,
    left: int = 0,
    now: datetime,
) -> Progress:
    """Give how far it is after a look at what was measured.

    Args:
        plan: How it goes.
        progress: How far it was.
        measured: What was seen of those that were moved.
        waiting: How many of the rings begun so far were not looked at yet.
        left: How many were, and are stopped or kept back: it is not finished before they are moved,
            but where a person finishes it.
        now: The time.

    Only a running one is judged: whatever else it is, it moves on by people alone.
    """
    if progress.state is not RolloutState.RUNNING:
        return progress
    if is_failing(plan, measured):
        told = f"{measured.failures:,} of {measured.samples:,} steps failed"
        state = RolloutState.GOING_BACK if plan.goes_back else RolloutState.HALTED
        return replace(progress, state=state, reason=told)
    if waiting or now < progress.since + timedelta(seconds=plan.wait_s):
        return progress
    return _after_the_wait(plan, progress, measured, left=left, now=now)


def _after_the_wait(
    plan: Plan, progress: Progress, measured: Measured, *, left: int, now: datetime
) -> Progress:
    if progress.ring == len(plan.rings):
        return progress if left else replace(progress, state=RolloutState.FINISHED)
    if measured.samples < plan.samples_min and not plan.goes_on_unproven:
        return progress
    return replace(progress, ring=progress.ring + 1, since=now)


def went_on(plan: Plan, progress: Progress, *, now: datetime) -> Progress:
    """Give how far it is once a person begins the next ring, whatever was measured.

    The last ring stays the last.
    """
    return replace(progress, ring=min(progress.ring + 1, len(plan.rings)), since=now)


def peopled(plan: Plan, filled: Collection[int]) -> Plan:
    """Give a plan without the rings after the last in which somebody is; nobody waits for those.

    >>> peopled(Plan(), {1, 2}).rings
    (5, 25)
    """
    return replace(plan, rings=plan.rings[: max(filled)])


def past_empty(progress: Progress, filled: Collection[int]) -> Progress:
    """Pass over the rings in which nobody is; `filled` are those in which somebody is."""
    ring = min((one for one in filled if one >= progress.ring), default=progress.ring)
    return replace(progress, ring=ring)


WISHES: Mapping[str, tuple[frozenset[RolloutState], RolloutState]] = {
    "pause": (frozenset({RolloutState.RUNNING}), RolloutState.PAUSED),
    "resume": (frozenset({RolloutState.PAUSED}), RolloutState.RUNNING),
    "halt": (frozenset({RolloutState.RUNNING, RolloutState.PAUSED}), RolloutState.HALTED),
    "finish": (frozenset({RolloutState.RUNNING, RolloutState.PAUSED}), RolloutState.FINISHED),
    "roll-back": (
        frozenset(
            {
                RolloutState.RUNNING,
                RolloutState.PAUSED,
                RolloutState.HALTED,
                RolloutState.FINISHED,
            }
        ),
        RolloutState.GOING_BACK,
    ),
    "go-on": (frozenset({RolloutState.RUNNING}), RolloutState.RUNNING),
}
"""What people may ask for: in which states, and what it is then. A halted one never goes on."""


def may_be_moved(
    progress: Progress, ring: int, state: MemberState, *, looks_again: bool = False
) -> bool:
    """Tell whether an organisation of a ring is moved now; what is kept back, when looked again.

    >>> halted = Progress(state=RolloutState.HALTED, ring=2, since=datetime(2026, 1, 1))
    >>> may_be_moved(halted, 1, MemberState.WAITING)
    False
    """
    if progress.state is not RolloutState.RUNNING or ring > progress.ring:
        return False
    if state is MemberState.KEPT_BACK:
        return looks_again
    return state in (MemberState.WAITING, MemberState.STOPPED)


def stop_of(own: Sequence[str], above: Sequence[str]) -> str:
    """Say who stopped a roll-out for an organisation; "" for nobody.

    Args:
        own: Why it froze its versions itself, one text each; that is told to itself alone.
        above: Why a provider above it holds the version.
    """
    if own:
        return "frozen"
    if above:
        return f"held: {above[0]}" if above[0] else "held"
    return ""
