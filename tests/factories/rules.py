"""Builders of rules and of the alarms they judge."""

from __future__ import annotations

from typing import Any


def make_leaf(field: str, op: str, value: Any = None) -> dict[str, Any]:
    """Make one condition's document."""
    leaf = {"field": field, "op": op}
    return leaf if value is None else {**leaf, "value": value}


def make_rule_document(**changes: Any) -> dict[str, Any]:
    """Make a good rule document: every critical communications alarm is acknowledged."""
    return {
        "rule": 1,
        "name": "Critical link alarms",
        "when": {
            "all": [
                make_leaf("event_type", "is", "communicationsAlarm"),
                make_leaf("perceived_severity", "at_least", "critical"),
            ]
        },
        "pattern": {"kind": "each"},
        "then": [{"do": "acknowledge"}],
    } | changes


def make_count_pattern(at_least: int = 3, within_s: int = 300, *by: str) -> dict[str, Any]:
    """Make a count pattern's document."""
    return {"kind": "count", "at_least": at_least, "within_s": within_s, "group_by": list(by)}
