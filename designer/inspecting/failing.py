"""What happens when a step fails for good, in a sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from runtime.flows.model import ERROR_PORT, every_step, every_wire


class Failing(NamedTuple):
    """Where a run goes on that a step's error would stop.

    Attributes:
        goes_to: The steps that its port Error leads to.
        others: What could be led to, id and title.
        alarm: The severity of the alarm that a failed run raises; "" for none.
    """

    goes_to: list[str]
    others: list[tuple[str, str]]
    alarm: str


def failing_of(document: Mapping[str, Any], id_: str, titles: Mapping[str, str]) -> Failing:
    """Say what comes of a step's failure."""
    wired = [one["to"] for one in every_wire(document) if one["from"] == f"{id_}:{ERROR_PORT}"]
    containers = {name: container for name, _, container in every_step(document)}
    beside = [name for name, inside in containers.items() if inside == containers.get(id_, "")]
    settings = document.get("settings", {}).get("on_failure", {})
    return Failing(
        goes_to=wired,
        others=[(name, titles.get(name, name)) for name in beside if name != id_],
        alarm=settings.get("alarm", ""),
    )
