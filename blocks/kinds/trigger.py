"""Blocks of kind `trigger`: what starts workflows, asked again and again what is new.

Such a block is code like any other. It gets `{"cursor": …}`, what it gave the last time, and leaves
by its port `events` with `{"events": [{"key", "data"}], "cursor"}`. Garland starts a run for each
event and keeps the cursor, both or neither; a key starts one run however often it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.outcomes import Emit, Outcome
from blocks.sdk import BlockError
from kernel.schema import Schema

EVENTS = "events"
EVENTS_MAX = 1_000
KEY_MAX = 200
_SHAPE = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["events", "cursor"],
        "properties": {
            "cursor": {},
            "events": {
                "type": "array",
                "maxItems": EVENTS_MAX,
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["key", "data"],
                    "properties": {
                        "key": {"type": "string", "minLength": 1, "maxLength": KEY_MAX},
                        "data": {},
                    },
                },
            },
        },
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened: `key` tells it from every other, for good."""

    key: str
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What a trigger found: the events since the last time, and what to go on from."""

    events: tuple[Event, ...]
    cursor: Any


def read_polled(outcome: Outcome) -> Polled:
    """Read what a trigger ended with.

    Raises:
        BlockError: `trigger.bad_events`, when it is not what a trigger gives.
    """
    if not isinstance(outcome, Emit) or outcome.port != EVENTS:
        message = f"A trigger leaves by its port {EVENTS}."
        raise BlockError("trigger.bad_events", message, retryable=False)
    problems = _SHAPE.problems(outcome.output)
    if problems:
        message = f"What the trigger gave is not what one gives: {problems[0].message}."
        raise BlockError("trigger.bad_events", message, retryable=False)
    given: Mapping[str, Any] = outcome.output
    return Polled(events=tuple(Event(**one) for one in given["events"]), cursor=given["cursor"])
