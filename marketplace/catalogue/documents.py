"""What the parts of an overlay look like as JSON: their schemas, under which they are taken in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.presets import Hold
from kernel.schema import Schema
from marketplace.catalogue.overlay import About, Effect, Whom

KEY_MAX = 60
TITLE_MAX = 80
WORDS_MAX = 300
VALUES_MAX = 200
PRESETS_MAX = 50
CHOSEN_MAX = 1_000
LISTING_MAX = 81
KEY = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LISTING_ID = r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$"
_PART = r"(0|[1-9][0-9]{0,8})"
VERSION = rf"^{_PART}\.{_PART}\.{_PART}(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?$"

_LISTING = {"type": "string", "maxLength": LISTING_MAX, "pattern": LISTING_ID}
_VERSION = {"anyOf": [{"const": ""}, {"type": "string", "maxLength": 64, "pattern": VERSION}]}
_TITLE = {"type": "string", "maxLength": TITLE_MAX}
_WORDS = {"type": "string", "maxLength": WORDS_MAX}
_IDS = {
    "type": "array",
    "maxItems": CHOSEN_MAX,
    "items": {"type": "string", "format": "uuid"},
}
AUDIENCE: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["whom"],
    "properties": {
        "whom": {"enum": [one.value for one in Whom]},
        "plan_ids": _IDS,
        "customer_ids": _IDS,
    },
}
HOLDS = {one.name.lower(): one for one in Hold}
PRESET: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "hold"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 80},
        "hold": {"enum": list(HOLDS)},
        "value": {},
    },
}


def _takes(required: list[str], **properties: Any) -> Schema:
    return Schema(
        {
            "type": "object",
            "additionalProperties": False,
            "required": required,
            "properties": properties,
        }
    )


RULE = _takes(
    ["effect", "about", "values"],
    effect={"enum": [one.value for one in Effect]},
    about={"enum": [one.value for one in About]},
    values={
        "type": "array",
        "minItems": 1,
        "maxItems": VALUES_MAX,
        "items": {"type": "string", "minLength": 1, "maxLength": 120},
    },
    note=_WORDS,
)
ENTRY = _takes(
    [],
    title=_TITLE,
    summary=_WORDS,
    pin=_VERSION,
    ceiling=_VERSION,
    takes_beta={"type": ["boolean", "null"]},
    presets={"type": "array", "maxItems": PRESETS_MAX, "items": PRESET},
    audience=AUDIENCE,
)
BUNDLE = _takes(
    ["title", "members"],
    title={**_TITLE, "minLength": 1},
    words=_WORDS,
    members={"type": "array", "minItems": 1, "maxItems": VALUES_MAX, "items": _LISTING},
    audience=AUDIENCE,
)
PRIVATE = _takes(
    ["digests"],
    digests={
        "type": "array",
        "minItems": 1,
        "maxItems": VALUES_MAX,
        "items": {"type": "string", "minLength": 1, "maxLength": 71},
    },
)
UNMATCHED = _takes(["unmatched"], unmatched={"enum": [one.value for one in Effect]})
KEY_SCHEMA = Schema({"type": "string", "maxLength": KEY_MAX, "pattern": KEY})
LISTING_ID_SCHEMA = Schema(_LISTING)
