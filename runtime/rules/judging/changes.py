"""What the lifecycle made of an event, as rules see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runtime.alarms.documents import AlarmView, alarm_document
from runtime.alarms.lifecycle import Transition as Happened
from runtime.alarms.store import Change
from runtime.rules.judging.events import Event
from runtime.rules.model import Transition

_ASKED_FOR: Mapping[Happened, Transition] = {
    Happened.CREATED: Transition.RAISED,
    Happened.REOPENED: Transition.RAISED,
    Happened.CHANGED: Transition.CHANGED,
    Happened.CLEARED: Transition.CLEARED,
    Happened.ESCALATED: Transition.ESCALATED,
}


def event_of(
    change: Change, written: Callable[[AlarmView], Mapping[str, Any]] = alarm_document
) -> Event | None:
    """Give what rules see of a change; None where they see nothing, as of a repeat.

    Of an alarm that is shelved they only see that they need not wait for it any more.
    """
    happened = _ASKED_FOR.get(change.transition)
    if happened is None:
        return None
    alarm = change.alarm
    return Event(
        seq=change.seq,
        at=alarm.changed_at,
        received_at=alarm.reported_at,
        alarm=str(alarm.id),
        condition=str(alarm.condition_id),
        happened=happened,
        facts=written(alarm),
        quiet=alarm.is_shelved,
    )
