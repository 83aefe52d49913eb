"""`ctx.alarms` in the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.abilities.attempt import Attempt
from blocks.effects import Effect


@dataclass(frozen=True, slots=True)
class AlarmsAbility:
    """`ctx.alarms`."""

    attempt: Attempt

    def get(self, alarm_id: str) -> dict[str, Any] | None:
        """See `sdk.Alarms.get`."""
        self.attempt.permit("alarms")
        return self.attempt.services.find_alarm(alarm_id)

    def set(self, alarm_id: str, fields: Mapping[str, Any]) -> None:
        """See `sdk.Alarms.set`."""
        self.attempt.permit("alarms")
        self.attempt.intend(Effect(kind="alarm.set", target=alarm_id, fields=dict(fields)))

    def acknowledge(self, alarm_id: str, *, comment: str = "") -> None:
        """See `sdk.Alarms.acknowledge`."""
        self.attempt.permit("alarms")
        fields = {"comment": comment} if comment else {}
        self.attempt.intend(Effect(kind="alarm.acknowledge", target=alarm_id, fields=fields))
