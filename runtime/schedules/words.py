"""A schedule in plain words, for pages and for what a run says it was started by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.durations import duration_words
from runtime.schedules.model import kind_of

_UNFINISHED = "No time set"


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
        if not isinstance(every_s, int) or not every_s:
            return _UNFINISHED
        return f"Every {duration_words(every_s).removeprefix('1 ')}"
    if kind == "once":
        at = str(trigger.get("at", ""))
        has_offset = at.endswith("Z") or "+" in at
        said = f"Once, {at.replace('T', ' ')}{'' if has_offset else f' {zone}'}"
        return said if at else _UNFINISHED
    line = trigger.get("cron", "")
    return f"{line}, {zone}" if line else _UNFINISHED
