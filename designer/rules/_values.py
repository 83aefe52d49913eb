"""Durations of the rule form into seconds, and back; pure."""

from __future__ import annotations

from typing import Any

from designer.rules.rows import Span
from runtime.rules.condition_rows import number

_UNITS_S = (3600, 60, 1)


def seconds(length: Span) -> Any:
    """Give a duration in seconds where its amount is a whole number, else the amount."""
    amount = number(length.amount)
    return amount * int(length.unit) if isinstance(amount, int) else amount


def span(length_s: int) -> Span:
    """Write a duration in the largest unit that it is whole in."""
    unit = next(one for one in _UNITS_S if length_s % one == 0)
    return Span(str(length_s // unit), str(unit))
