"""What starts and failures of steps say, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.flows.alarm_fields import ALARM_SCHEMA

_TEXT = {"type": "string"}
RULE = {
    "type": "object",
    "title": "Rule that fired",
    "required": ["id", "name"],
    "properties": {
        "name": {**_TEXT, "title": "Name"},
        "id": {**_TEXT, "title": "Id"},
        "values": {"type": "object", "title": "What it found"},
    },
}
ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "title": "Error",
            "required": ["code", "message"],
            "properties": {
                "code": {**_TEXT, "title": "Code"},
                "message": {**_TEXT, "title": "What went wrong"},
            },
        }
    },
}
_HEADERS = {"type": "object", "title": "Headers", "additionalProperties": _TEXT}
SAID: Mapping[str, Mapping[str, Any]] = {
    "rule": {"alarm": ALARM_SCHEMA},
    "webhook": {
        "body": {"title": "Body"},
        "query": {"type": "object", "title": "Query of the address"},
        "headers": _HEADERS,
        "received_at": {**_TEXT, "title": "Received at"},
    },
    "schedule": {
        "at": {**_TEXT, "title": "Due at"},
        "scheduled_local": {**_TEXT, "title": "Due at, local time"},
        "missed": {"type": "integer", "title": "Starts missed before"},
    },
}
"""What a run that a trigger of a kind starts always sees as `trigger`."""
