"""What is judged, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from runtime.rules.judging.ruleset import JudgedRule
from runtime.rules.judging.steps import Found
from runtime.rules.model import Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change of one alarm, as rules see it.

    Attributes:
        seq: Its place in the journal.
        at: The change's own instant.
        received_at: When it came; timers before it are judged before it.
        alarm: The alarm's id.
        condition: What has the problem, over all its alarms.
        happened: What the event did to the alarm.
        facts: The alarm's document right after it.
        quiet: Rules only end their waiting for it: a person cleared it, or it is shelved.
    """

    seq: int
    at: datetime
    received_at: datetime
    alarm: str
    condition: str
    happened: Transition
    facts: Mapping[str, Any]
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time that passed without an event: timers before it are judged."""

    seq: int
    until: datetime


Item = Event | Tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A rule fires.

    Attributes:
        judged: Which rule.
        seq: The event that completed the pattern, or that its timer was set for.
        alarm: The alarm it is about.
        group: The group it fired in; it pauses there.
        at: The event's instant, or the timer's.
        event: The event; None where a timer spoke.
        found: What the pattern saw, and its alarms.
    """

    judged: JudgedRule
    seq: int
    alarm: str
    group: str
    at: datetime
    event: Event | None
    found: Found = field(default_factory=Found)
