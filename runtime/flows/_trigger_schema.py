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

TriggerKind = Literal["rule", "manual", "schedule", "webhook", "flow"]

TRIGGER_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {
        "kind": {"enum": ["rule", "manual", "schedule", "webhook", "flow"]},
        "title": {"type": "string", "maxLength": NAME_MAX},
        "notes": NOTES,
        "dedup": EXPRESSION,
        "cron": {"type": "string", "maxLength": 100},
        "timezone": {"type": "string", "maxLength": 64},
        "signed": {"type": "boolean"},
        "respond": {"enum": ["at_once", "when_done"]},
        "correlate": EXPRESSION,
        "position": POSITION,
    },
}
