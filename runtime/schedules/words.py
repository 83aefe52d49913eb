"""A schedule in plain words, for pages and for what a run says it was started by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.schedules.model import kind_of

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def words_of(trigger: Mapping[str, Any]) -> str:
    """Say when a schedule trigger starts; also for one that is not finished.

    >>> words_of({"cron": "0 6 * * mon-fri", "timezone": "Europe/Berlin"})
    '0 6 * * mon-fri, Europe/Berlin'
    >>> words_of({"every_s": 5400}), words_of({"every_s": 60})
    ('Every 90 minutes', 'Every minute')
    >>> words_of({"at": "2026-12-24T18:00", "timezone": "Europe/Berlin"})
    'Once, 2026-12-24 18:00 Europe/Berlin'
    """
    kind, zone = kind_of(trigger), trigger.get("timezone", "UTC")
    if kind == "interval":
        every_s = trigger.get("every_s")
        return (
            f"Every {_amount(every_s)}" if isinstance(every_s, int) and every_s else "No time set"
        )
    if kind == "once":
        at = str(trigger.get("at", ""))
        has_offset = at.endswith("Z") or "+" in at
        return (
            f"Once, {at.replace('T', ' ')}{'' if has_offset else f' {zone}'}"
            if at
            else "No time set"
        )
    line = trigger.get("cron", "")
    return f"{line}, {zone}" if line else "No time set"


def _amount(seconds: int) -> str:
    unit, size = next(one for one in _UNITS if seconds % one[1] == 0)
    count = seconds // size
    return unit if count == 1 else f"{count} {unit}s"
