"""What of an event an alarm takes over, beside what the lifecycle decides."""

from __future__ import annotations

from typing import Any

from runtime.alarms.model import AlarmEvent

SAID = (
    "source",
    "external_id",
    "event_type",
    "probable_cause",
    "specific_problem",
    "text",
    "managed_object",
    "managed_object_type",
    "place",
    "proposed_repair_actions",
    "reporting_system",
    "problem",
)
_TRUTHS = ("service_affecting", "will_clear")
_LISTS = ("affected_services", "affected_customers")


def write_said(alarm: dict[str, Any], event: AlarmEvent) -> None:
    """Take over what the source said, and lay what rules and people set over that.

    What an event leaves out stays as it was.
    """
    said: dict[str, Any] = {name: getattr(event, name) for name in SAID}
    said |= {name: list(getattr(event, name)) for name in _LISTS}
    overrides = alarm["overrides"]
    if event.attributes:
        said["attributes"] = {**event.attributes, **overrides.get("attributes", {})}
    said |= {name: value for name, value in overrides.items() if name != "attributes"}
    alarm.update({name: value for name, value in said.items() if value})
    if event.threshold is not None and "threshold" not in overrides:
        alarm["threshold"] = dict(event.threshold)
    for name in _TRUTHS:
        said_so = getattr(event, name)
        if said_so is not None and name not in overrides:
            alarm[name] = said_so
