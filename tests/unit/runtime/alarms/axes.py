"""An alarm in every state of its axes, as values of its columns, and which columns are whose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

from kernel.clock import format_instant
from runtime.alarms.deeds import Deed
from runtime.alarms.lifecycle import AckState
from runtime.alarms.model import Severity
from tests.factories.tenancy import NOON

State = dict[str, Any]
ALARM, PARENT, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
LATER = NOON + timedelta(hours=1)
SHELF_END = NOON + timedelta(hours=8)
DUE = NOON + timedelta(minutes=90)

AXES: Mapping[str, tuple[str, ...]] = {
    "condition": (
        "perceived_severity",
        "reported_severity",
        "previous_severity",
        "severity_rank",
        "is_active",
        "changed_at",
        "cleared_at",
        "cleared_by",
        "expires_at",
    ),
    "acknowledgement": ("ack_state", "acked_at", "acked_by"),
    "shelf": ("shelved_until", "shelved_by", "shelved_reason"),
    "grouping": ("parent_id", "is_root_cause"),
    "suppression": ("suppressed_at", "suppressed_by", "planned_outage"),
    "escalation": ("escalation_level", "escalate_at"),
    "owner": ("owner",),
    "said": ("overrides", "attributes", "text"),
}
BEGUN: Mapping[str, Any] = {
    "id": ALARM,
    "perceived_severity": Severity.MAJOR,
    "reported_severity": Severity.MAJOR,
    "previous_severity": None,
    "severity_rank": Severity.MAJOR.rank,
    "is_active": True,
    "first_raised_at": NOON,
    "last_raised_at": NOON,
    "changed_at": NOON,
    "cleared_at": None,
    "cleared_by": "",
    "expires_at": DUE,
    "count": 1,
    "flap_count": 0,
    "ack_state": AckState.UNACKNOWLEDGED,
    "acked_at": None,
    "acked_by": "",
    "shelved_until": None,
    "shelved_by": "",
    "shelved_reason": "",
    "parent_id": None,
    "is_root_cause": False,
    "suppressed_at": None,
    "suppressed_by": "",
    "planned_outage": False,
    "escalation_level": 0,
    "escalate_at": DUE,
    "owner": "",
    "overrides": {},
    "attributes": {"site": "bern"},
    "text": "Loss of signal",
}
# The other state of each axis, over what a new alarm has.
OTHERWISE: Mapping[str, Mapping[str, Any]] = {
    "cleared": {
        "perceived_severity": Severity.CLEARED,
        "reported_severity": Severity.CLEARED,
        "previous_severity": Severity.MAJOR,
        "severity_rank": 0,
        "is_active": False,
        "cleared_at": NOON,
        "cleared_by": "probe",
        "expires_at": None,
        "escalate_at": None,
    },
    "acknowledged": {
        "ack_state": AckState.ACKNOWLEDGED,
        "acked_at": NOON,
        "acked_by": "Ann",
        "escalate_at": None,
    },
    "shelved": {"shelved_until": SHELF_END, "shelved_by": "Ann", "shelved_reason": "known"},
    "grouped": {"parent_id": PARENT},
    "suppressed": {"suppressed_at": NOON, "suppressed_by": "rule:x"},
    "owned": {"owner": "Bo"},
}
COMBINATIONS = tuple(
    tuple(name for name, is_so in zip(OTHERWISE, chosen, strict=True) if is_so)
    for chosen in product((False, True), repeat=len(OTHERWISE))
)


def make_state(*otherwise: str) -> State:
    """Give an alarm that is new but for the axes that are named."""
    state = dict(BEGUN)
    for name in otherwise:
        state |= OTHERWISE[name]
    return state


def make_deed(kind: str, **facts: Any) -> Deed:
    """Give a deed of somebody, an hour after the alarm was raised."""
    until = facts.pop("until", None)
    said = facts | ({"until": format_instant(until)} if until else {})
    return Deed(kind=kind, by="Cy", at=LATER, facts=said)


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Name the axes on which two states of an alarm differ."""
    return {axis for axis, names in AXES.items() if any(before[one] != after[one] for one in names)}
