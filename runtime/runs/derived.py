"""How far a run is from what the network said, by the alarm that started it or its caller. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.alarms.derived import DEPTH, depth_in


def depth_of(trigger: Mapping[str, Any]) -> int:
    """Give the depth of what started a run; 0 where no alarm that was raised so did.

    >>> depth_of({"kind": "rule", "alarm": {"attributes": {"derived_depth": 2}}})
    2
    """
    alarm = trigger.get("alarm")
    attributes = alarm.get("attributes") if isinstance(alarm, Mapping) else None
    said = depth_in(attributes) if isinstance(attributes, Mapping) else 0
    return max(said, depth_in(trigger))


def carried(trigger: Mapping[str, Any]) -> dict[str, int]:
    """Give what a run hands on to what it sets off: its depth, where it has one."""
    depth = depth_of(trigger)
    return {DEPTH: depth} if depth else {}
