"""The form of a schedule trigger, in plain words: its fields follow from its kind.

Pure. Changing the kind drops what only the other kind has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.schedules.model import FIELDS, Kind, kind_of

DEFAULTS: Mapping[Kind, Mapping[str, Any]] = {
    "cron": {"cron": "0 6 * * mon-fri"},
    "interval": {"every_s": 3_600},
    "once": {},
}
_TIMES: Mapping[Kind, Mapping[str, Any]] = {
    "cron": {
        "cron": {
            "type": "string",
            "title": "Times (cron)",
            "minLength": 1,
            "description": "Minute, hour, day, month, weekday: 0 6 * * mon-fri",
        }
    },
    "interval": {
        "every_s": {
            "type": "integer",
            "title": "Every",
            "minimum": 1,
            "maximum": 31_622_400,
            "x-garland": {"widget": "duration"},
        },
        "start": {
            "type": "string",
            "title": "Counted from",
            "description": "Empty: from midnight UTC, so that every hour means on the hour",
            "examples": ["2026-12-01T08:00"],
        },
    },
    "once": {
        "at": {
            "type": "string",
            "title": "At",
            "minLength": 1,
            "description": "Date and time in the time zone below",
            "examples": ["2026-12-24T18:00"],
        }
    },
}


def schedule_form(node: Mapping[str, Any]) -> dict[str, Any]:
    """Give the schema of a schedule's own fields."""
    kind = kind_of(node)
    return {
        "type": "object",
        "required": [FIELDS[kind][0]],
        "properties": {
            "timing": {
                "title": "Starts",
                "oneOf": [
                    {"const": "cron", "title": "At times"},
                    {"const": "interval", "title": "Every"},
                    {"const": "once", "title": "Once"},
                ],
                "default": kind,
                "x-garland": {"widget": "segmented"},
            },
            **_TIMES[kind],
            "timezone": {
                "type": "string",
                "title": "Time zone",
                "default": "UTC",
                "x-garland": {"widget": "timezone"},
            },
            "calendar": _CALENDAR,
            "misfire": _misfire(node.get("misfire")),
        },
    }


def in_order(node: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Drop what another kind of schedule has, and fill in what a new kind begins with."""
    kind = kind_of(node)
    foreign = {field for other in FIELDS if other != kind for field in FIELDS[other]}
    kept = {key: value for key, value in node.items() if key not in foreign}
    if kind != kind_of(before):
        kept = {**kept, **DEFAULTS[kind]}
    misfire = kept.get("misfire")
    if isinstance(misfire, dict) and misfire.get("policy") != "all":
        kept["misfire"] = {key: value for key, value in misfire.items() if key != "limit"}
    return kept


def _misfire(value: Any) -> dict[str, Any]:
    policy = value.get("policy") if isinstance(value, dict) else None
    limit = {"type": "integer", "minimum": 1, "maximum": 1_000, "title": "At most", "default": 100}
    return {
        "type": "object",
        "title": "When a start was missed",
        "description": (
            "Nothing ran, or the workflow was paused. Unless you say otherwise, it starts once "
            "for all of them"
        ),
        "required": ["policy"],
        "properties": {
            "policy": {
                "title": "Then",
                "oneOf": [
                    {"const": "once", "title": "Start once for all that were missed"},
                    {"const": "all", "title": "Start for each that was missed"},
                    {"const": "skip", "title": "Skip what was missed"},
                ],
                "default": "once",
                "x-garland": {"widget": "select"},
            },
            **({"limit": limit} if policy == "all" else {}),
            "grace_s": {
                "type": "integer",
                "title": "Missed when later than",
                "minimum": 1,
                "maximum": 86_400,
                "default": 60,
                "x-garland": {"widget": "duration"},
            },
        },
    }


_CALENDAR: dict[str, Any] = {
    "type": "object",
    "title": "Business calendar",
    "required": ["name", "when", "otherwise"],
    "properties": {
        "name": {
            "type": "string",
            "title": "Calendar",
            "description": "Calendars are made under Workflows, Business calendars",
            "minLength": 1,
            "maxLength": 80,
            "x-garland": {"widget": "calendar"},
        },
        "when": {
            "title": "Only while it is",
            "oneOf": [{"const": "open", "title": "Open"}, {"const": "closed", "title": "Closed"}],
            "default": "open",
        },
        "otherwise": {
            "title": "Other times are",
            "oneOf": [
                {"const": "skip", "title": "Left out"},
                {"const": "move", "title": "Moved to the next that fits"},
            ],
            "default": "skip",
            "x-garland": {"widget": "select"},
        },
    },
}
