"""`ctx.alarms` inside a child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blocks.sandbox._asking import Part


class AlarmsProxy(Part):
    """`ctx.alarms`."""

    def get(self, alarm_id: str) -> dict[str, Any] | None:
        """See `sdk.Alarms.get`."""
        found: dict[str, Any] | None = self._asking.ask("alarms.get", alarm_id=alarm_id)
        return found

    def find(
        self, wanted: Mapping[str, Any] | None = None, *, sort: str = "newest", limit: int = 50
    ) -> dict[str, Any]:
        """See `sdk.Alarms.find`."""
        asked = {"wanted": wanted and dict(wanted), "sort": sort, "limit": limit}
        found: dict[str, Any] = self._asking.ask("alarms.find", **asked)
        return found

    def set(self, alarm_id: str, fields: Mapping[str, Any]) -> None:
        """See `sdk.Alarms.set`."""
        self._asking.ask("alarms.set", alarm_id=alarm_id, fields=dict(fields))

    def acknowledge(self, alarm_id: str, *, comment: str = "") -> None:
        """See `sdk.Alarms.acknowledge`."""
        self._asking.ask("alarms.acknowledge", alarm_id=alarm_id, comment=comment)

    def unacknowledge(self, alarm_id: str) -> None:
        """See `sdk.Alarms.unacknowledge`."""
        self._asking.ask("alarms.unacknowledge", alarm_id=alarm_id)

    def raise_alarm(self, event: Mapping[str, Any]) -> None:
        """See `sdk.Alarms.raise_alarm`."""
        self._asking.ask("alarms.raise_alarm", event=dict(event))

    def clear(self, alarm_id: str) -> None:
        """See `sdk.Alarms.clear`."""
        self._asking.ask("alarms.clear", alarm_id=alarm_id)

    def comment(self, alarm_id: str, text: str) -> None:
        """See `sdk.Alarms.comment`."""
        self._asking.ask("alarms.comment", alarm_id=alarm_id, text=text)

    def shelve(self, alarm_id: str, *, for_s: float, reason: str) -> None:
        """See `sdk.Alarms.shelve`."""
        self._asking.ask("alarms.shelve", alarm_id=alarm_id, for_s=for_s, reason=reason)

    def unshelve(self, alarm_id: str) -> None:
        """See `sdk.Alarms.unshelve`."""
        self._asking.ask("alarms.unshelve", alarm_id=alarm_id)

    def group(self, parent_id: str, alarm_ids: list[str]) -> None:
        """See `sdk.Alarms.group`."""
        self._asking.ask("alarms.group", parent_id=parent_id, alarm_ids=list(alarm_ids))

    def ungroup(self, alarm_id: str) -> None:
        """See `sdk.Alarms.ungroup`."""
        self._asking.ask("alarms.ungroup", alarm_id=alarm_id)

    def resync(self, source: str, standing: Any, *, allow_empty: bool = False) -> None:
        """See `sdk.Alarms.resync`."""
        given = {"standing": standing, "allow_empty": allow_empty}
        self._asking.ask("alarms.resync", source=source, **given)
