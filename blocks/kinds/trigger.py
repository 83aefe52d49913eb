"""Blocks of kind `trigger`: what starts workflows, asked what is new or what a request means.

Such a block is code like any other. Of mode `poll` it gets `{"cursor": …}`, what it gave the last
time, and leaves by its port `events` with `{"events": [{"key", "data"}], "cursor"}`. Of mode
`webhook` it gets the request and leaves with `{"events", "answer"}`, what the sender is told.
Garland starts a run for each event; a key starts one run however often it comes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blocks.outcomes import Emit, Outcome
from blocks.sdk import BlockError
from kernel.schema import Schema

EVENTS = "events"
EVENTS_MAX = 1_000
EVENTS_TOLD_MAX = 100
KEY_MAX = 200
ANSWER_MAX_BYTES = 64 * 1024
ANSWER_HEADERS = ("webhook-allowed-origin", "webhook-allowed-rate", "retry-after", "allow")
REFUSED = 400
_EVENTS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["key", "data"],
        "properties": {
            "key": {"type": "string", "minLength": 1, "maxLength": KEY_MAX},
            "data": {},
        },
    },
}
_HEADER = {"type": "string", "maxLength": 200, "pattern": "^[ -~]*$"}
_ANSWER = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "status": {
            "type": "integer",
            "oneOf": [{"minimum": 200, "maximum": 299}, {"minimum": 400, "maximum": 599}],
        },
        "body": {},
        "headers": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(ANSWER_HEADERS, _HEADER),
        },
    },
}


def _shape(required: list[str], **properties: Any) -> Schema:
    return Schema(
        {
            "type": "object",
            "additionalProperties": False,
            "required": required,
            "properties": properties,
        }
    )


_POLLED = _shape(["events", "cursor"], cursor={}, events={**_EVENTS, "maxItems": EVENTS_MAX})
_RECEIVED = _shape(["events"], events={**_EVENTS, "maxItems": EVENTS_TOLD_MAX}, answer=_ANSWER)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender of a request is told; a body that is a text goes as one, else as JSON."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a trigger made of a request; `answer` is None where Garland is to answer."""

    events: tuple[Event, ...]
    answer: Answer | None = None


def read_polled(outcome: Outcome) -> Polled:
    """Read what a trigger that was asked ended with.

    Raises:
        BlockError: `trigger.bad_events`, when it is not what a trigger gives.
    """
    given = _given(outcome, _POLLED)
    return Polled(events=_events(given), cursor=given["cursor"])


def read_received(outcome: Outcome) -> Received:
    """Read what a trigger that was given a request ended with.

    Raises:
        BlockError: `trigger.bad_events`, when it is not what a trigger gives.
    """
    given = _given(outcome, _RECEIVED)
    events, said = _events(given), given.get("answer")
    if said is None:
        return Received(events=events)
    status = said.get("status", 200)
    if events and status >= REFUSED:
        raise _bad("it answers that it refuses, and starts something all the same")
    if len(json.dumps(said.get("body"))) > ANSWER_MAX_BYTES:
        raise _bad(f"its answer is larger than {ANSWER_MAX_BYTES // 1024} KB")
    answer = Answer(status=status, body=said.get("body"), headers=said.get("headers", {}))
    return Received(events=events, answer=answer)


def _given(outcome: Outcome, shape: Schema) -> Mapping[str, Any]:
    if not isinstance(outcome, Emit) or outcome.port != EVENTS:
        message = f"A trigger leaves by its port {EVENTS}."
        raise BlockError("trigger.bad_events", message, retryable=False)
    problems = shape.problems(outcome.output)
    if problems:
        raise _bad(problems[0].message)
    given: Mapping[str, Any] = outcome.output
    return given


def _events(given: Mapping[str, Any]) -> tuple[Event, ...]:
    return tuple(Event(**one) for one in given["events"])


def _bad(why: str) -> BlockError:
    message = f"What the trigger gave is not what one gives: {why}."
    return BlockError("trigger.bad_events", message, retryable=False)
