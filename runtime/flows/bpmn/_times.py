"""Times as BPMN has them, ISO 8601 and cron lines, as Garland has them. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d{1,9}(?:[.,]\d{1,6})?)S)?)?"
)
_LENGTHS = (31_536_000, 2_592_000, 604_800, 86_400, 3_600, 60, 1)
MOST_S = 31_536_000


def seconds_of(text: str) -> float | None:
    """Read a duration as seconds; None where it is none, or is no time or over a year.

    >>> seconds_of("PT1H30M"), seconds_of("P2D"), seconds_of("PT"), seconds_of("${wait}")
    (5400, 172800, None, None)
    """
    found = _DURATION.fullmatch(text.strip()[:100])
    if found is None:
        return None
    parts = [float(part.replace(",", ".")) if part else 0 for part in found.groups()]
    total = sum(part * size for part, size in zip(parts, _LENGTHS, strict=True))
    if not 0 < total <= MOST_S:
        return None
    return int(total) if total == int(total) else total


def schedule_of(name: str, text: str) -> dict[str, Any] | None:
    """Read when a timer starts a process; None where it cannot be taken.

    >>> schedule_of("timeCycle", "R/PT10M"), schedule_of("timeCycle", "0 0 6 * * MON-FRI")
    ({'timing': 'interval', 'every_s': 600}, {'timing': 'cron', 'cron': '0 6 * * mon-fri'})
    """
    if name == "timeCycle":
        return _cycle(text.strip())
    if name == "timeDate" and is_moment(text):
        return {"timing": "once", "at": text.strip()}
    return None


def is_moment(text: str) -> bool:
    """Tell whether a text is a moment in time."""
    try:
        return datetime.fromisoformat(text.strip()[:40]).tzinfo is not None
    except ValueError:
        return False


def _cycle(text: str) -> dict[str, Any] | None:
    head, _, length = text.rpartition("/")
    if re.fullmatch(r"R\d*", head):
        every = seconds_of(length)
        is_whole = every is not None and every >= 1
        return {"timing": "interval", "every_s": int(every or 0)} if is_whole else None
    fields = text.lower().replace("?", "*").split()
    if len(fields) == 6 and fields[0] == "0":  # noqa: PLR2004  with seconds, as Camunda has it
        fields = fields[1:]
    is_cron = len(fields) == 5 and len(text) <= 100  # noqa: PLR2004  of five fields
    return {"timing": "cron", "cron": " ".join(fields)} if is_cron else None
