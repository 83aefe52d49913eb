"""What people, rules and the clock do to an alarm, as values of its columns. Pure.

Actions write these values to rows, a backtest writes them to alarms in memory when it reads of the
deed in the history: so both know the same alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.clock import parse_instant
from runtime.alarms.lifecycle import AckState
from runtime.alarms.model import Severity

WHO_MAX = 200
Values = dict[str, Any]


def acknowledged(*, by: str, at: datetime) -> Values:
    """Take it on; it escalates no more."""
    who = {"ack_state": AckState.ACKNOWLEDGED, "acked_at": at, "acked_by": by[:WHO_MAX]}
    return {**who, "escalate_at": None, "escalation_level": 0}


def unacknowledged() -> Values:
    """Give it back."""
    return {"ack_state": AckState.UNACKNOWLEDGED, "acked_at": None, "acked_by": ""}


def cleared(before: Severity, *, by: str, at: datetime) -> Values:
    """Clear it; the clock leaves it alone from then on."""
    return {
        "previous_severity": before,
        "perceived_severity": Severity.CLEARED,
        "reported_severity": Severity.CLEARED,
        "severity_rank": Severity.CLEARED.rank,
        "is_active": False,
        "cleared_at": at,
        "cleared_by": by[:WHO_MAX],
        "changed_at": at,
        "expires_at": None,
        "escalate_at": None,
        "escalation_level": 0,
    }


def shelved(*, until: datetime, by: str, reason: str) -> Values:
    """Put it aside."""
    return {"shelved_until": until, "shelved_by": by[:WHO_MAX], "shelved_reason": reason}


def unshelved() -> Values:
    """Bring it back."""
    return {"shelved_until": None, "shelved_by": "", "shelved_reason": ""}


def suppressed(*, by: str, at: datetime, planned: bool) -> Values:
    """Take it out of the active list."""
    return {"suppressed_at": at, "suppressed_by": by[:WHO_MAX], "planned_outage": planned}


def unsuppressed() -> Values:
    """Let it show again."""
    return {"suppressed_at": None, "suppressed_by": "", "planned_outage": False}


def set_over(alarm: Mapping[str, Any], fields: Mapping[str, Any], *, at: datetime) -> Values:
    """Lay fields over what the source says; the severity of a cleared alarm stays."""
    values: Values = {"overrides": dict(alarm["overrides"])}
    for name, value in fields.items():
        if name == "perceived_severity":
            values |= _severity_set(alarm, Severity(value), at=at)
        elif name == "attributes":
            values["overrides"][name] = {**values["overrides"].get(name, {}), **value}
            values[name] = {**alarm["attributes"], **value}
        else:
            values["overrides"][name] = values[name] = value
    return values


def _severity_set(alarm: Mapping[str, Any], severity: Severity, *, at: datetime) -> Values:
    before = alarm["perceived_severity"]
    if not alarm["is_active"] or before is severity:
        return {}
    now = {"perceived_severity": severity, "severity_rank": severity.rank}
    return {**now, "previous_severity": before, "changed_at": at}


def read_deed(alarm: Mapping[str, Any], kind: str, by: str, at: datetime, facts: Values) -> Values:
    """Give what a line of an alarm's history says was done to it; {} for one that changed nothing.

    `group_left` is not told here: whether a parent still has children its own line does not say.
    """
    reader = _READERS.get(kind)
    return reader(alarm, by, at, facts) if reader is not None else {}


_READERS: Mapping[str, Callable[[Mapping[str, Any], str, datetime, Values], Values]] = {
    "acknowledged": lambda _alarm, by, at, _facts: acknowledged(by=by, at=at),
    "unacknowledged": lambda _alarm, _by, _at, _facts: unacknowledged(),
    "cleared": lambda alarm, by, at, _facts: (
        cleared(alarm["perceived_severity"], by=by, at=at) if alarm["is_active"] else {}
    ),
    "set": lambda alarm, _by, at, facts: set_over(alarm, facts["fields"], at=at),
    "shelved": lambda _alarm, by, _at, facts: shelved(
        until=parse_instant(facts["until"]), by=by, reason=facts["reason"]
    ),
    "unshelved": lambda _alarm, _by, _at, _facts: unshelved(),
    "suppressed": lambda _alarm, by, at, facts: suppressed(
        by=by, at=at, planned=facts.get("planned", False)
    ),
    "unsuppressed": lambda _alarm, _by, _at, _facts: unsuppressed(),
    "grouped": lambda _alarm, _by, _at, facts: {"parent_id": UUID(facts["parent"])},
    "ungrouped": lambda _alarm, _by, _at, _facts: {"parent_id": None},
    "group_joined": lambda _alarm, _by, _at, _facts: {"is_root_cause": True},
    "assigned": lambda _alarm, _by, _at, facts: {"owner": facts["owner"]},
    "escalated": lambda _alarm, _by, at, facts: {
        "escalation_level": facts["level"],
        "changed_at": at,
    },
}
