"""Connections as REST takes and shows them, as JSON Schemas; secrets go in alone."""

from __future__ import annotations

from typing import Any

from kernel.rest import FLAG, ID, INSTANT, OBJECT, TEXT, TEXTS, WHOLE, choice, maybe, shape
from tenancy.connections.kinds import KINDS

_FACTS: dict[str, Any] = {
    "name": {"type": "string", "maxLength": 200},
    "hosts": {"type": "array", "maxItems": 50, "items": {"type": "string", "maxLength": 300}},
    "over_http": FLAG,
    "test_address": {"type": "string", "maxLength": 500},
    "values": OBJECT,
}
NEW: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["kind", "name", "hosts", "values"],
    "properties": {"kind": choice(*KINDS), **_FACTS},
}
CHANGE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": _FACTS,
}
ROTATION: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["values"],
    "properties": {"values": OBJECT},
}
CONNECTION = shape(
    "Connection",
    id=ID,
    name=TEXT,
    kind=choice(*KINDS),
    hosts=TEXTS,
    over_http=FLAG,
    test_address=TEXT,
    values=OBJECT,
    secrets=TEXTS,
    expires_at=maybe(INSTANT),
    before_until=maybe(INSTANT),
    token_at=maybe(INSTANT),
    token_expires_at=maybe(INSTANT),
    rotated_at=maybe(INSTANT),
    used_at=maybe(INSTANT),
    tested_at=maybe(INSTANT),
    test_is_good=FLAG,
    test_said=TEXT,
    revision=WHOLE,
    created_at=INSTANT,
    created_by=TEXT,
    updated_at=INSTANT,
    updated_by=TEXT,
)
TRIED = shape(is_good=FLAG, said=TEXT)
USES = shape(workflows=TEXTS)
