"""A workflow as a document and as values: triggers, steps and the wires between them.

The document's JSON Schema says what has the right shape; whether a workflow makes sense (known
blocks, no cycles, expressions that compile) is judged by `runtime.flows.validate`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from kernel.errors import InvalidError, Problem
from kernel.schema import Schema

ERROR_PORT = "error"
STEPS_MAX = 2_000
WIRES_MAX = 10_000
NAME_MAX = 120
DEPTH_MAX = 64
SIZE_MAX_BYTES = 1024 * 1024
ID_PATTERN = "^[a-z][a-z0-9_]{0,59}$"  # so that an expression can say steps.<id>

_POSITION = {
    "type": "array",
    "items": {"type": "number", "minimum": -1_000_000, "maximum": 1_000_000},
    "minItems": 2,
    "maxItems": 2,
}
_END_PATTERN = "^[a-z][a-z0-9_]{0,59}(:[a-z][a-z0-9_-]{0,59})?$"
FLOW_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Garland workflow",
    "type": "object",
    "required": ["flow", "name", "triggers", "steps", "wires"],
    "additionalProperties": False,
    "properties": {
        "flow": {"const": 1},
        "name": {"type": "string", "minLength": 1, "maxLength": NAME_MAX},
        "description": {"type": "string", "maxLength": 4_000},
        "triggers": {
            "type": "object",
            "maxProperties": 50,
            "propertyNames": {"pattern": ID_PATTERN},
            "additionalProperties": {"$ref": "#/$defs/trigger"},
        },
        "steps": {
            "type": "object",
            "maxProperties": STEPS_MAX,
            "propertyNames": {"pattern": ID_PATTERN},
            "additionalProperties": {"$ref": "#/$defs/step"},
        },
        "wires": {
            "type": "array",
            "maxItems": WIRES_MAX,
            "items": {
                "type": "object",
                "required": ["from", "to"],
                "additionalProperties": False,
                "properties": {
                    "from": {"type": "string", "pattern": _END_PATTERN},
                    "to": {"type": "string", "pattern": ID_PATTERN},
                },
            },
        },
    },
    "$defs": {
        "trigger": {
            "type": "object",
            "required": ["kind"],
            "additionalProperties": False,
            "properties": {
                "kind": {"enum": ["rule", "manual", "schedule"]},
                "title": {"type": "string", "maxLength": NAME_MAX},
                "notes": {"type": "string", "maxLength": 4_000},
                "cron": {"type": "string", "maxLength": 100},
                "timezone": {"type": "string", "maxLength": 64},
                "position": _POSITION,
            },
        },
        "step": {
            "type": "object",
            "required": ["block", "version"],
            "additionalProperties": False,
            "properties": {
                "block": {"type": "string", "minLength": 1, "maxLength": 160},
                "version": {"type": "string", "minLength": 1, "maxLength": 40},
                "title": {"type": "string", "maxLength": NAME_MAX},
                "notes": {"type": "string", "maxLength": 4_000},
                "config": {"type": "object"},
                "input": {"type": "object"},
                "join": {"enum": ["all", "any"]},
                "timeout_s": {"type": "number", "exclusiveMinimum": 0, "maximum": 3_600},
                "retry": {
                    "type": "object",
                    "required": ["max"],
                    "additionalProperties": False,
                    "properties": {
                        "max": {"type": "integer", "minimum": 0, "maximum": 20},
                        "backoff": {"enum": ["fixed", "exponential"]},
                        "base_s": {"type": "number", "exclusiveMinimum": 0, "maximum": 3_600},
                    },
                },
                "position": _POSITION,
            },
        },
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What starts a workflow; `cron` and `timezone` only for a schedule."""

    id: str
    kind: Literal["rule", "manual", "schedule"]
    title: str = ""
    cron: str = ""
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and after which pause a failed step is tried again.

    Attributes:
        max: Further attempts after the first, >= 0.
        backoff: `fixed` pauses `base_s` each time; `exponential` doubles it.
        base_s: First pause in seconds, > 0.
    """

    max: int = 0
    backoff: Literal["fixed", "exponential"] = "exponential"
    base_s: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One block at work in a workflow; None means the block's own retry and time-out hold."""

    id: str
    block: str
    version: str
    title: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    input: Mapping[str, Any] = field(default_factory=dict)
    join: Literal["all", "any"] = "all"
    retry: RetryPolicy | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class Wire:
    """From a trigger, or from one port of a step, to a step; a trigger's port is ""."""

    source: str
    port: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A workflow of the right shape."""

    name: str
    triggers: Mapping[str, Trigger]
    steps: Mapping[str, Step]
    wires: tuple[Wire, ...]


@cache
def flow_schema() -> Schema:
    """Give the compiled schema of a workflow document."""
    return Schema(FLOW_SCHEMA)


def shape_problems(document: Any) -> list[Problem]:
    """List what keeps a document from having a workflow's shape; for any JSON value."""
    if _is_deeper_than(document, DEPTH_MAX):
        return [Problem("", f"the workflow is nested over {DEPTH_MAX} deep: flatten its settings")]
    problems = flow_schema().problems(document)
    if not problems and len(json.dumps(document)) > SIZE_MAX_BYTES:
        return [Problem("", "the workflow is larger than 1 MB: split it into several")]
    return problems


def require_shape(document: Any) -> None:
    """Raise InvalidError with the problems unless the document has a workflow's shape."""
    problems = shape_problems(document)
    if problems:
        raise InvalidError(f"this is no workflow: {problems[0].message}", problems=problems)


def _is_deeper_than(document: Any, most: int) -> bool:
    """Tell it level by level: a call for each level would overflow on what it looks for."""
    level = [document]
    for _ in range(most + 1):
        level = [
            item
            for found in level
            if isinstance(found, dict | list)
            for item in (found.values() if isinstance(found, dict) else found)
        ]
    return bool(level)


def empty_flow(name: str) -> dict[str, Any]:
    """Make the document of a workflow nothing was drawn in yet."""
    return {"flow": 1, "name": name, "triggers": {}, "steps": {}, "wires": []}


def parse_flow(document: Any) -> Flow:
    """Read a workflow document.

    Raises:
        InvalidError: with a problem for each field that has the wrong shape.
    """
    require_shape(document)
    return Flow(
        name=document["name"],
        triggers={id_: _trigger(id_, found) for id_, found in document["triggers"].items()},
        steps={id_: _step(id_, found) for id_, found in document["steps"].items()},
        wires=tuple(parse_wire(wire, document["triggers"]) for wire in document["wires"]),
    )


def parse_wire(wire: Mapping[str, Any], triggers: Mapping[str, Any]) -> Wire:
    """Read one wire; a step's end without a port means its port `done`.

    >>> parse_wire({"from": "site:error", "to": "mail"}, {})
    Wire(source='site', port='error', target='mail')
    """
    source, _, port = str(wire["from"]).partition(":")
    if source in triggers:
        if port:
            raise InvalidError(
                "a trigger has no ports",
                problems=[
                    Problem("/wires", f"wires: write {source!r} instead of {wire['from']!r}")
                ],
            )
        return Wire(source, "", str(wire["to"]))
    return Wire(source, port or "done", str(wire["to"]))


def _trigger(id_: str, found: Mapping[str, Any]) -> Trigger:
    return Trigger(
        id=id_,
        kind=found["kind"],
        title=found.get("title", ""),
        cron=found.get("cron", ""),
        timezone=found.get("timezone", "UTC"),
    )


def _step(id_: str, found: Mapping[str, Any]) -> Step:
    retry = found.get("retry")
    return Step(
        id=id_,
        block=found["block"],
        version=found["version"],
        title=found.get("title", ""),
        config=found.get("config", {}),
        input=found.get("input", {}),
        join=found.get("join", "all"),
        retry=RetryPolicy(**retry) if retry is not None else None,
        timeout_s=found.get("timeout_s"),
    )
