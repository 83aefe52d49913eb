"""The limits of a tenant: what each is called, its default, and between what it may be set.

Pure values. An installation may have other defaults, and a tenant overrides over those
(`runtime.limits.store`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from kernel.errors import InvalidError, Problem

Number = int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one tenant may use; `LIMITS` explains each."""

    weight: float = 1.0
    runs_at_once: int = 1_000
    runs_waiting: int = 100_000
    steps_at_once: int = 100
    steps_of_a_run: int = 100_000
    live_workflows: int = 500
    events_per_s: int = 2_000
    events_burst: int = 20_000
    journal_waiting: int = 100_000
    event_bytes: int = 256 * 1024
    trigger_bytes: int = 2 * 1024 * 1024
    calls_at_once: int = 20
    calls_per_s: float = 200.0
    events_a_day: int = 200_000_000
    runs_a_day: int = 10_000_000
    api_calls_a_day: int = 10_000_000
    storage_mb: int = 1_024
    runs_kept_days: int = 90
    failed_kept_days: int = 180
    trials_kept_days: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitKind:
    """What people must know of one limit.

    Attributes:
        at: What happens at the limit.
        is_kept: Whether it says how long something is kept; the tenant's own admin sets those.
    """

    title: str
    unit: str
    at: str
    least: Number
    most: Number
    is_whole: bool = True
    is_kept: bool = False


def _days(title: str) -> LimitKind:
    at = "Older ones are deleted, a few at a time."
    return LimitKind(title=title, unit="days", at=at, least=1, most=3_650, is_kept=True)


LIMITS: Mapping[str, LimitKind] = {
    "weight": LimitKind(
        title="Share",
        unit="",
        at="How many turns it gets among those who have something to do.",
        least=0.1,
        most=100,
        is_whole=False,
    ),
    "runs_at_once": LimitKind(
        title="Runs under way",
        unit="runs",
        at="Further runs wait for their turn, in the order they were started.",
        least=1,
        most=100_000,
    ),
    "runs_waiting": LimitKind(
        title="Runs waiting to begin",
        unit="runs",
        at="Starts by people, the API and webhooks are refused; rules and schedules queue theirs.",
        least=1,
        most=1_000_000,
    ),
    "steps_at_once": LimitKind(
        title="Steps performed at a time",
        unit="steps",
        at="Further steps wait.",
        least=1,
        most=10_000,
    ),
    "steps_of_a_run": LimitKind(
        title="Steps of one run",
        unit="steps",
        at="The run fails and says so.",
        least=10,
        most=1_000_000,
    ),
    "live_workflows": LimitKind(
        title="Live workflows",
        unit="workflows",
        at="Publishing another is refused.",
        least=1,
        most=10_000,
    ),
    "events_per_s": LimitKind(
        title="Alarm events a second",
        unit="events/s",
        at="Intake answers 429 and takes nothing of the call.",
        least=1,
        most=100_000,
    ),
    "events_burst": LimitKind(
        title="Alarm events at once",
        unit="events",
        at="So many may come at once after a quiet time; more is refused likewise.",
        least=5_000,  # the largest batch must fit
        most=1_000_000,
    ),
    "journal_waiting": LimitKind(
        title="Alarm events waiting",
        unit="events",
        at="Intake answers 429 and takes nothing of the call.",
        least=100,
        most=10_000_000,
    ),
    "event_bytes": LimitKind(
        title="Size of an alarm event",
        unit="bytes",
        at="The event is rejected, the others of its call are taken.",
        least=1_024,
        most=5 * 1024 * 1024,
    ),
    "trigger_bytes": LimitKind(
        title="Size of what starts a run",
        unit="bytes",
        at="The start is refused.",
        least=1_024,
        most=4 * 1024 * 1024,
    ),
    "calls_at_once": LimitKind(
        title="Calls to one host at a time",
        unit="calls",
        at="The step goes back to the queue until its turn comes; no attempt is used up.",
        least=1,
        most=1_000,
    ),
    "calls_per_s": LimitKind(
        title="Calls to one host a second",
        unit="calls/s",
        at="The step goes back to the queue until its turn comes; no attempt is used up.",
        least=0.1,
        most=10_000,
        is_whole=False,
    ),
    "events_a_day": LimitKind(
        title="Alarm events a day",
        unit="events",
        at="Intake answers 429 until midnight, UTC, and takes nothing of the call.",
        least=1,
        most=1_000_000_000,
    ),
    "runs_a_day": LimitKind(
        title="Runs a day",
        unit="runs",
        at="Starting another is refused until midnight, UTC; what runs goes on.",
        least=1,
        most=100_000_000,
    ),
    "api_calls_a_day": LimitKind(
        title="API calls a day",
        unit="calls",
        at="Calls are answered 429 until midnight, UTC.",
        least=1,
        most=100_000_000,
    ),
    "storage_mb": LimitKind(
        title="Storage of large values",
        unit="MB",
        at="Steps that hand on another large value fail and say so.",
        least=1,
        most=1_000_000,
    ),
    "runs_kept_days": _days("Runs that ended well or were cancelled"),
    "failed_kept_days": _days("Runs that failed"),
    "trials_kept_days": _days("Trials"),
}


def with_changes(limits: Limits, changes: Mapping[str, Any]) -> Limits:
    """Give limits with some of them changed.

    Raises:
        InvalidError: naming each one that there is not, or that may not be set so.

    >>> with_changes(Limits(), {"runs_at_once": 5}).runs_at_once
    5
    """
    problems = [one for name, value in changes.items() for one in _problems(name, value)]
    if problems:
        raise InvalidError("these limits cannot be set so", problems=problems)
    return replace(limits, **changes)


def names() -> tuple[str, ...]:
    """List the limits' names in the order they are shown."""
    return tuple(field.name for field in fields(Limits))


def _problems(name: str, value: Any) -> list[Problem]:
    kind = LIMITS.get(name)
    if kind is None:
        known = ", ".join(names())
        return [Problem(f"/{name}", f"{name}: there is no such limit; there are {known}")]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = is_number and math.isfinite(value) and kind.least <= value <= kind.most
    if fits and not (kind.is_whole and int(value) != value):
        return []
    number = "a whole number" if kind.is_whole else "a number"
    said = f"{name}: {number} from {kind.least:,} to {kind.most:,}"
    return [Problem(f"/{name}", said)]
