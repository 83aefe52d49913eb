"""The JSON Schema of a workflow document, apart from its triggers."""

from __future__ import annotations

from typing import Any

from runtime.flows._trigger_schema import (
    CONNECTIONS,
    DIGEST,
    EXPRESSION,
    ID_PATTERN,
    NAME_MAX,
    NOTES,
    POSITION,
    TRIGGER_SCHEMA,
)

STEPS_MAX = 2_000
WIRES_MAX = 10_000

_END_PATTERN = "^[a-z][a-z0-9_]{0,59}(:[a-z][a-z0-9_-]{0,59})?$"
_STEPS: dict[str, Any] = {
    "type": "object",
    "maxProperties": STEPS_MAX,
    "propertyNames": {"pattern": ID_PATTERN},
    "additionalProperties": {"$ref": "#/$defs/step"},
}
_WIRES: dict[str, Any] = {
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
}
_BLOCK: dict[str, Any] = {
    "block": {"type": "string", "minLength": 1, "maxLength": 160},
    "version": {"type": "string", "minLength": 1, "maxLength": 64},
    "digest": DIGEST,
    "config": {"type": "object"},
    "input": {"type": "object"},
    "connections": CONNECTIONS,
}
_SECONDS = {"type": "number", "exclusiveMinimum": 0, "maximum": 3_600}
_STEP: dict[str, Any] = {
    "type": "object",
    "required": ["block", "version"],
    "additionalProperties": False,
    "properties": {
        **_BLOCK,
        "title": {"type": "string", "maxLength": NAME_MAX},
        "notes": NOTES,
        "join": {"oneOf": [{"enum": ["all", "any"]}, {"type": "integer", "minimum": 1}]},
        "timeout_s": _SECONDS,
        "retry": {
            "type": "object",
            "required": ["max"],
            "additionalProperties": False,
            "properties": {
                "max": {"type": "integer", "minimum": 0, "maximum": 20},
                "backoff": {"enum": ["fixed", "exponential"]},
                "base_s": _SECONDS,
                "max_s": {"type": "number", "exclusiveMinimum": 0, "maximum": 86_400},
                "jitter": {"type": "number", "minimum": 0, "maximum": 1},
            },
        },
        "worker_group": {"type": "string", "pattern": "^[a-z][a-z0-9-]{0,59}$"},
        "undo": {
            "type": "object",
            "required": ["block", "version"],
            "additionalProperties": False,
            "properties": _BLOCK,
        },
        "body": {
            "type": "object",
            "required": ["steps", "wires"],
            "additionalProperties": False,
            "properties": {"steps": _STEPS, "wires": _WIRES},
        },
        "disabled": {"type": "boolean"},
        "position": POSITION,
    },
}
COLOURS = ("blue", "green", "amber", "red", "violet", "grey")
"""Of groups and notes."""
_COLOUR = {"enum": list(COLOURS)}
_SIZE = {
    "type": "array",
    "items": {"type": "number", "minimum": 48, "maximum": 4_000},
    "minItems": 2,
    "maxItems": 2,
}
_CANVAS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "groups": {
            "type": "object",
            "maxProperties": 200,
            "propertyNames": {"pattern": ID_PATTERN},
            "additionalProperties": {
                "type": "object",
                "required": ["title", "colour", "steps"],
                "additionalProperties": False,
                "properties": {
                    "title": {"type": "string", "maxLength": NAME_MAX},
                    "colour": _COLOUR,
                    "steps": {
                        "type": "array",
                        "maxItems": STEPS_MAX,
                        "uniqueItems": True,
                        "items": {"type": "string", "pattern": ID_PATTERN},
                    },
                },
            },
        },
        "notes": {
            "type": "object",
            "maxProperties": 500,
            "propertyNames": {"pattern": ID_PATTERN},
            "additionalProperties": {
                "type": "object",
                "required": ["text", "position"],
                "additionalProperties": False,
                "properties": {
                    "text": NOTES,
                    "position": POSITION,
                    "size": _SIZE,
                    "colour": _COLOUR,
                },
            },
        },
    },
}
_SETTINGS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "concurrency": {
            "type": "object",
            "required": ["policy"],
            "additionalProperties": False,
            "properties": {
                "policy": {"enum": ["allow", "queue", "replace", "skip"]},
                "most": {"type": "integer", "minimum": 1, "maximum": 10_000},
                "key": EXPRESSION,
            },
        },
        "on_failure": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "alarm": {"enum": ["critical", "major", "minor", "warning"]},
                "flow": {"type": "string", "minLength": 1, "maxLength": 60},
            },
        },
    },
}

FLOW_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/flow",
    "title": "Workflow",
    "type": "object",
    "required": ["flow", "name", "triggers", "steps", "wires"],
    "additionalProperties": False,
    "properties": {
        "flow": {"const": 1},
        "name": {"type": "string", "minLength": 1, "maxLength": NAME_MAX},
        "description": {"type": "string", "maxLength": 4_000},
        "input": {"type": "object"},
        "vars": {
            "type": "object",
            "maxProperties": 100,
            "propertyNames": {"pattern": ID_PATTERN},
        },
        "settings": _SETTINGS,
        "triggers": {
            "type": "object",
            "maxProperties": 50,
            "propertyNames": {"pattern": ID_PATTERN},
            "additionalProperties": {"$ref": "#/$defs/trigger"},
        },
        "steps": _STEPS,
        "wires": _WIRES,
        "canvas": _CANVAS,
    },
    "$defs": {"trigger": TRIGGER_SCHEMA, "step": _STEP},
}
