"""Cron lines: is one well formed, before a scheduler has to read it at three in the morning."""

from __future__ import annotations

import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIELDS: tuple[tuple[str, int, int, tuple[str, ...]], ...] = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)
_PART = re.compile(r"(?P<from>\*|\w+)(?:-(?P<to>\w+))?(?:/(?P<step>\d+))?")


def check_cron(line: str) -> str | None:
    """Say what is wrong with a cron line of five fields, or None.

    >>> check_cron("*/5 8-18 * * mon-fri")
    >>> check_cron("61 * * * *")
    'the minute 61 lies outside 0-59'
    """
    fields = line.split()
    if len(fields) != len(_FIELDS):
        return (
            f"a cron line has five fields (minute hour day month weekday), this has {len(fields)}: "
            "for example 0 6 * * mon-fri"
        )
    for text, (name, least, most, words) in zip(fields, _FIELDS, strict=True):
        for part in text.lower().split(","):
            problem = _check_part(part, name, (least, most), words)
            if problem is not None:
                return problem
    return None


def _check_part(
    part: str, name: str, bounds: tuple[int, int], words: tuple[str, ...]
) -> str | None:
    match = _PART.fullmatch(part)
    if match is None:
        return f"the {name} {part!r} cannot be read: write a number, *, a-b or */n"
    least, most = bounds
    values: list[int] = []
    for end in (match["from"], match["to"]):
        if end in (None, "*"):
            continue
        value = words.index(end) + least if end in words else int(end) if end.isdigit() else None
        if value is None or not least <= value <= most:
            return f"the {name} {end} lies outside {least}-{most}"
        values.append(value)
    if match["step"] is not None and int(match["step"]) == 0:
        return f"the {name} steps by 0: write at least 1"
    if values != sorted(values):
        return f"the {name} {part!r} runs backwards: put the smaller value first"
    return None
