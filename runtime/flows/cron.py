"""Cron lines: is one well formed, before a scheduler has to read it at three in the morning.

Five fields: minute, hour, day of the month, month, weekday; both days must fit where both are
given. Weekdays are written by name: 0 is Sunday to most systems and Monday to our scheduler's
library, so a number would fire on the wrong day and nobody would be told.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(
    r"(?P<first>\*|[0-9]{1,4}|[a-z]+)(?:-(?P<last>[0-9]{1,4}|[a-z]+))?(?:/(?P<step>[0-9]{1,4}))?"
)


class _Field(NamedTuple):
    name: str
    least: int
    most: int
    words: tuple[str, ...] = ()
    takes_numbers: bool = True


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of the week", 0, 6, _DAYS, takes_numbers=False),
)


class _LineError(Exception):
    """What is wrong with the line, in words."""


def check_cron(line: str) -> str | None:
    """Say what is wrong with a cron line of five fields, or None.

    >>> check_cron("*/5 8-18 * * mon-fri")
    >>> check_cron("61 * * * *")
    'the minute 61 lies outside 0-59'
    """
    texts = line.lower().split()
    if len(texts) != len(_FIELDS):
        return (
            f"a cron line has five fields (minute hour day month weekday), this has {len(texts)}: "
            "for example 0 6 * * mon-fri"
        )
    try:
        values = [_values_of(text, field) for text, field in zip(texts, _FIELDS, strict=True)]
    except _LineError as error:
        return str(error)
    days, months = values[2], values[3]
    if min(days) > max(_LONGEST[month - 1] for month in months):
        return f"day {min(days)} never comes in that month: choose an earlier day"
    return None


def _values_of(text: str, field: _Field) -> set[int]:
    return {value for part in text.split(",") for value in _range_of(part, field)}


def _range_of(part: str, field: _Field) -> range:
    match = _PART.fullmatch(part)
    if match is None:
        raise _LineError(f"the {field.name} {part!r} cannot be read: write a value, *, a-b or */n")
    _refuse_half_read(part, match, field)
    first, last, step = match["first"], match["last"], int(match["step"] or 1)
    if first == "*" and last is None:
        low, high = field.least, field.most
    else:
        low = _value_of(first, field)
        high = _value_of(last, field) if last else field.most if match["step"] else low
    if low > high:
        raise _LineError(f"the {field.name} {part!r} runs backwards: put the smaller value first")
    if not 1 <= step <= max(high - low, 1):
        raise _LineError(
            f"the {field.name} {part!r} steps by {step}: write 1 to {max(high - low, 1)}"
        )
    return range(low, high + 1, step)


def _refuse_half_read(part: str, match: re.Match[str], field: _Field) -> None:
    """Refuse what the scheduler's library reads in part: after a name, only `-name` counts."""
    ends = [end for end in (match["first"], match["last"]) if end and end != "*"]
    named = [end for end in ends if not end.isdecimal()]
    if named and (len(named) < len(ends) or match["step"]):
        raise _LineError(
            f"the {field.name} {part!r} mixes a name with a number: write names alone, such as "
            f"{field.words[0] if field.words else '1'}, or numbers alone"
        )


def _value_of(text: str, field: _Field) -> int:
    if text in field.words:
        return field.words.index(text) + field.least
    if not field.takes_numbers:
        raise _LineError(f"the {field.name} {text}: write it by name, such as mon or mon-fri")
    if not text.isdecimal() or not field.least <= int(text) <= field.most:
        raise _LineError(f"the {field.name} {text} lies outside {field.least}-{field.most}")
    return int(text)
