"""The JSON Schema of a trigger, and the small parts the workflow's schema shares with it."""

from __future__ import annotations

from typing import Any, Literal

NAME_MAX = 120
ID_PATTERN = "^[a-z][a-z0-9_]{0,59}$"  # so that an expression can say steps.<id>
NOTES = {"type": "string", "maxLength": 4_000}
POSITION = {
    "type": "array",
    "items": {"type": "number", "minimum": -1_000_000, "maximum": 1_000_000},
    "minItems": 2,
    "maxItems": 2,
}
EXPRESSION = {"type": "string", "pattern": "^= ", "maxLength": 2_048}
DIGEST = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
CONNECTIONS = {
    "type": "object",
    "maxProperties": 10,
    "propertyNames": {"pattern": "^[a-z][a-z0-9_-]{0,39}$"},
    "additionalProperties": {"type": "string", "minLength": 1, "maxLength": 80},
}

SCHEDULE: dict[str, Any] = {
    "timing": {"enum": ["cron", "interval", "once"]},
    "cron": {"type": "string", "maxLength": 100},
    "timezone": {"type": "string", "maxLength": 64},
    "every_s": {"type": "integer", "minimum": 1, "maximum": 31_622_400},
    "start": {"type": "string", "maxLength": 40},
    "at": {"type": "string", "maxLength": 40},
    "calendar": {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": 80},
            "when": {"enum": ["open", "closed"]},
            "otherwise": {"enum": ["skip", "move"]},
        },
    },
    "misfire": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "policy": {"enum": ["skip", "once", "all"]},
            "limit": {"type": "integer", "minimum": 1, "maximum": 1_000},
            "grace_s": {"type": "integer", "minimum": 1, "maximum": 86_400},
        },
    },
}

TriggerKind = Literal["rule", "manual", "schedule", "webhook", "flow", "block"]

TRIGGER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {
        "kind": {"enum": ["rule", "manual", "schedule", "webhook", "flow", "block"]},
        "title": {"type": "string", "maxLength": NAME_MAX},
        "notes": NOTES,
        "dedup": EXPRESSION,
        **SCHEDULE,
        "signed": {"type": "boolean"},
        "respond": {"enum": ["at_once", "when_done"]},
        "correlate": EXPRESSION,
        "position": POSITION,
        "block": {"type": "string", "maxLength": 81},
        "version": {"type": "string", "maxLength": 64},
        "config": {"type": "object"},
        "connections": CONNECTIONS,
        "digest": DIGEST,
    },
}
