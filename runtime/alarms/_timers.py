"""When the clock will do something to an alarm: let it expire, or escalate it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from runtime.alarms.lifecycle import AckState, Outcome, Transition
from runtime.alarms.policy.model import LifecyclePolicy

_BEGINS = (Transition.CREATED, Transition.REOPENED)
STOPPED: Mapping[str, Any] = {"expires_at": None, "escalate_at": None, "escalation_level": 0}


def restart_timers(
    alarm: dict[str, Any],
    outcome: Outcome,
    *,
    was_acknowledged: bool,
    at: datetime,
    policy: LifecyclePolicy,
    ttl_s: int,
) -> None:
    """Set an alarm's timers after an event that was received at `at`.

    Every raise moves the expiry on. Escalation counts from when nobody had the alarm: from its
    beginning, or since it lost its acknowledgement.
    """
    if not alarm["is_active"]:
        alarm.update(STOPPED)
        return
    alarm["expires_at"] = at + timedelta(seconds=ttl_s) if ttl_s else None
    is_open = alarm["ack_state"] is AckState.UNACKNOWLEDGED
    if outcome.transition in _BEGINS or (was_acknowledged and is_open):
        alarm["escalation_level"] = 0
        alarm["escalate_at"] = policy.escalates_at(0, since=at)
