"""The JSON Schema of a service, for those who write one.

`model.parse_service` reads the document and has the last word: it refuses all that this refuses
but fields it does not know, and besides a zone that there is none of, or too many keys in all.
"""

from __future__ import annotations

from typing import Any

from runtime.alarms.model import Severity
from runtime.inventory.graph import HOPS_MAX
from runtime.services._tables import KEY_MAX, NAME_MAX, NOTE_MAX
from runtime.services.model import BREAKS_FROM, CALENDAR_MAX, HOPS, KEYS_MAX, NEEDS_MAX
from runtime.services.state import How
from runtime.services.words import KINDS

_NEED: dict[str, Any] = {
    "type": "object",
    "required": ["keys"],
    "properties": {
        "need": {
            "enum": [one.value for one in How],
            "default": How.ALL.value,
            "description": "How many of the resources must work",
        },
        "share": {
            "type": "integer",
            "minimum": 1,
            "maximum": 100,
            "description": "Percent of them, where the need is a share",
        },
        "keys": {
            "type": "array",
            "minItems": 1,
            "maxItems": KEYS_MAX,
            "items": {"type": "string", "minLength": 1, "maxLength": KEY_MAX},
            "description": "Resources by their keys",
        },
    },
}
_AGREED: dict[str, Any] = {
    "type": ["object", "null"],
    "required": ["percent"],
    "properties": {
        "percent": {
            "type": "number",
            "minimum": 1,
            "maximum": 100,
            "description": "Of the agreed time; at most 4 places",
        },
        "planned_excluded": {
            "type": "boolean",
            "default": True,
            "description": "Planned work does not count",
        },
        "calendar": {
            "type": ["string", "null"],
            "maxLength": CALENDAR_MAX,
            "description": "The business calendar whose hours are agreed; empty for always",
        },
    },
}
SERVICE_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "/schemas/service",
    "title": "Service",
    "type": "object",
    "required": ["key", "name", "zone"],
    "properties": {
        "key": {
            "type": "string",
            "minLength": 1,
            "maxLength": KEY_MAX,
            "description": "What alarms and the inventory name it by",
        },
        "name": {"type": "string", "minLength": 1, "maxLength": NAME_MAX},
        "kind": {"type": "string", "enum": list(KINDS), "default": "other"},
        "note": {"type": "string", "maxLength": NOTE_MAX},
        "zone": {"type": "string", "description": "A time zone such as Europe/Berlin"},
        "rests_on": {"type": "array", "maxItems": NEEDS_MAX, "items": _NEED},
        "hops": {
            "type": "integer",
            "minimum": 0,
            "maximum": HOPS_MAX,
            "default": HOPS,
            "description": "How far above each resource others are looked for that take it down",
        },
        "breaks_from": {
            "enum": [one.value for one in BREAKS_FROM],
            "default": Severity.CRITICAL.value,
            "description": "From which severity on a resource does not work",
        },
        "sla": _AGREED,
        "watched_from": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "Since when it is in use; from now on where left out",
        },
    },
}
