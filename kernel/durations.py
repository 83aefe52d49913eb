"""Durations as people say them."""

from __future__ import annotations

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def duration_words(seconds: int) -> str:
    """Say a whole duration > 0 in the largest unit that fits it.

    >>> duration_words(300), duration_words(3600), duration_words(90), duration_words(172_800)
    ('5 minutes', '1 hour', '90 seconds', '2 days')
    """
    size, unit = next(one for one in _UNITS if seconds % one[0] == 0)
    amount = seconds // size
    return f"{amount} {unit}" if amount == 1 else f"{amount} {unit}s"
