"""What happens when a step fails for good, in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime.flows.model import ERROR_PORT, every_wire

ALARMS = ("critical", "major", "minor", "warning")


class Failing(NamedTuple):
    """Where a run goes on that a step's error would stop.

    Attributes:
        goes_to: The titles of the steps that its port Error leads to.
        alarm: The severity of the alarm that a failed run raises; "" for none.
    """

    goes_to: list[str]
    alarm: str


def with_alarm(document: Mapping[str, Any], severity: str) -> dict[str, Any]:
    """Give the settings of a workflow whose failed runs raise an alarm of a severity, "" for none.

    >>> with_alarm({"settings": {"on_failure": {"alarm": "major"}}}, "")
    {}
    """
    settings = dict(document.get("settings", {}))
    others = {k: v for k, v in settings.pop("on_failure", {}).items() if k != "alarm"}
    on_failure = {**others, "alarm": severity} if severity in ALARMS else others
    return {**settings, "on_failure": on_failure} if on_failure else settings


def failing_of(document: Mapping[str, Any], id_: str, titles: Mapping[str, str]) -> Failing:
    """Say what comes of a step's failure."""
    wired = [one["to"] for one in every_wire(document) if one["from"] == f"{id_}:{ERROR_PORT}"]
    settings = document.get("settings", {}).get("on_failure", {})
    return Failing(
        goes_to=[titles.get(name, name) for name in wired],
        alarm=settings.get("alarm", ""),
    )
