"""`ctx.alarms`: the tenant's alarms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Alarms(Protocol):
    """The tenant's alarms; needs the permission `alarms`.

    Changes are applied by Garland together with the record of the step: exactly once, and not at
    all if the step fails.
    """

    def get(self, alarm_id: str) -> dict[str, Any] | None:
        """Return the alarm as a document, or None when there is none of that id."""
        ...

    def set(self, alarm_id: str, fields: Mapping[str, Any]) -> None:
        """Change fields of an alarm when the step is done."""
        ...

    def acknowledge(self, alarm_id: str, *, comment: str = "") -> None:
        """Acknowledge an alarm when the step is done."""
        ...
