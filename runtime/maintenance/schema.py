"""The JSON Schema of a maintenance window, for those who write one.

`model.parse_window` reads the document and has the last word: it refuses all that this refuses but
fields it does not know, and besides a zone that there is none of, or a rule that comes too often.
"""

from __future__ import annotations

from typing import Any

from runtime.maintenance._tables import NAME_MAX, RRULE_MAX
from runtime.maintenance.model import LENGTH_MAX, NOTE_MAX
from runtime.maintenance.scope import CONDITION, EVERYTHING, KEY_MAX, KEYED, KEYS_MAX, KINDS

_INSTANT = {"type": "string", "format": "date-time"}
_KEYS: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "maxItems": KEYS_MAX,
    "items": {"type": "string", "minLength": 1, "maxLength": KEY_MAX},
}
_SCOPE: dict[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"type": "string", "enum": list(KINDS)},
        "keys": _KEYS,
        "when": {"$ref": "/schemas/rule#/$defs/condition"},
    },
    "oneOf": [
        {"properties": {"kind": {"enum": list(KEYED)}}, "required": ["keys"]},
        {"properties": {"kind": {"const": CONDITION}}, "required": ["when"]},
        {"properties": {"kind": {"const": EVERYTHING}}},
    ],
}
WINDOW_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/maintenance-window",
    "title": "Maintenance window",
    "type": "object",
    "required": ["name", "zone", "starts_at", "ends_at", "scope"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": NAME_MAX},
        "note": {"type": "string", "maxLength": NOTE_MAX},
        "zone": {"type": "string", "description": "A time zone such as Europe/Berlin"},
        "starts_at": _INSTANT,
        "ends_at": {
            **_INSTANT,
            "description": f"Exclusive; at most {LENGTH_MAX.days} days after the start",
        },
        "rrule": {
            "type": "string",
            "maxLength": RRULE_MAX,
            "description": "How it comes again (RFC 5545), such as FREQ=WEEKLY; empty for once",
        },
        "skipped": {
            "type": "array",
            "items": _INSTANT,
            "description": "Starts of times that do not take place",
        },
        "scope": _SCOPE,
        "suppresses": {
            "type": "boolean",
            "default": True,
            "description": "Hold its alarms back, rather than only let rules know",
        },
    },
}
