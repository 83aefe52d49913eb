"""`ctx.alarms` in the host."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blocks.abilities.attempt import Attempt
from blocks.alarm_filters import found, is_empty, read_wanted
from blocks.effects import Effect, EffectKind
from blocks.sdk import BlockError
from kernel.json_text import why_not_kept

SHELF_MAX_S = 366 * 86_400


@dataclass(frozen=True, slots=True)
class AlarmsAbility:
    """`ctx.alarms`."""

    attempt: Attempt

    def get(self, alarm_id: str) -> dict[str, Any] | None:
        """See `sdk.Alarms.get`."""
        self.attempt.permit("alarms")
        return self.attempt.services.find_alarm(alarm_id)

    def find(
        self, wanted: Mapping[str, Any] | None = None, *, sort: str = "newest", limit: int = 50
    ) -> dict[str, Any]:
        """See `sdk.Alarms.find`."""
        self.attempt.permit("alarms")
        now = self.attempt.facts.now
        said = _kept(dict(wanted or {}))
        asked = read_wanted(said, sort=sort, limit=limit, now=now)
        return found([], 0) if is_empty(said) else self.attempt.services.find_alarms(asked)

    def set(self, alarm_id: str, fields: Mapping[str, Any]) -> None:
        """See `sdk.Alarms.set`."""
        self._intend("alarm.set", alarm_id, **fields)

    def acknowledge(self, alarm_id: str, *, comment: str = "") -> None:
        """See `sdk.Alarms.acknowledge`."""
        self._intend("alarm.acknowledge", alarm_id, **({"comment": comment} if comment else {}))

    def unacknowledge(self, alarm_id: str) -> None:
        """See `sdk.Alarms.unacknowledge`."""
        self._intend("alarm.unacknowledge", alarm_id)

    def raise_alarm(self, event: Mapping[str, Any]) -> None:
        """See `sdk.Alarms.raise_alarm`."""
        self._intend("alarm.raise", str(event.get("managed_object", "")), **event)

    def clear(self, alarm_id: str) -> None:
        """See `sdk.Alarms.clear`."""
        self._intend("alarm.clear", alarm_id)

    def comment(self, alarm_id: str, text: str) -> None:
        """See `sdk.Alarms.comment`."""
        self._intend("alarm.comment", alarm_id, text=text)

    def shelve(self, alarm_id: str, *, for_s: float, reason: str) -> None:
        """See `sdk.Alarms.shelve`."""
        if not 1 <= for_s <= SHELF_MAX_S:
            message = "An alarm may be shelved for a second to 366 days."
            raise BlockError("alarms.bad_duration", message, retryable=False)
        self._intend("alarm.shelve", alarm_id, for_s=for_s, reason=reason)

    def unshelve(self, alarm_id: str) -> None:
        """See `sdk.Alarms.unshelve`."""
        self._intend("alarm.unshelve", alarm_id)

    def group(self, parent_id: str, alarm_ids: list[str]) -> None:
        """See `sdk.Alarms.group`."""
        self._intend("alarm.group", parent_id, alarms=[str(one) for one in alarm_ids])

    def ungroup(self, alarm_id: str) -> None:
        """See `sdk.Alarms.ungroup`."""
        self._intend("alarm.ungroup", alarm_id)

    def resync(self, source: str, standing: Any, *, allow_empty: bool = False) -> None:
        """See `sdk.Alarms.resync`."""
        given = {"standing": standing, "allow_empty": allow_empty}
        self._intend("alarm.resync", source, **given)

    def _intend(self, kind: EffectKind, alarm: str, /, **fields: Any) -> None:
        self.attempt.permit("alarms")
        manifest = self.attempt.manifest
        if manifest.behaviour.effects != "write":
            message = f"{manifest.title} may not change alarms: its manifest says it never writes."
            raise BlockError("block.not_permitted", message, retryable=False)
        said = _kept({"target": str(alarm), "fields": fields})
        self.attempt.intend(Effect(kind=kind, **said))


def _kept(value: dict[str, Any]) -> dict[str, Any]:
    """Copy what was said as plain JSON, which any database keeps."""
    try:
        text = json.dumps(value, allow_nan=False)
        wrong = why_not_kept(value, text)
    except (TypeError, ValueError, RecursionError):
        wrong, text = "it is no plain JSON", ""
    if wrong:
        message = f"What is said of an alarm cannot be kept: {wrong}."
        raise BlockError("alarms.bad_value", message, retryable=False)
    copy: dict[str, Any] = json.loads(text)
    return copy
