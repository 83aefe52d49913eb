"""Calendar months in UTC, written as `2026-11`: what statements are made for. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

from kernel.errors import InvalidError, Problem

_MONTH = re.compile(r"[2-9][0-9]{3}-(0[1-9]|1[0-2])")
MONTH_LENGTH = 7


def month_of(day: date) -> str:
    """Give the month that a day is in.

    >>> month_of(date(2026, 11, 28))
    '2026-11'
    """
    return f"{day:%Y-%m}"


def first_day(month: str) -> date:
    """Give the first day of a month."""
    return date.fromisoformat(f"{month}-01")


def next_month(month: str) -> str:
    """Give the month after one.

    >>> next_month("2026-12")
    '2027-01'
    """
    return month_of(first_day(month) + timedelta(days=32))


def month_before(month: str) -> str:
    """Give the month before one.

    >>> month_before("2027-01")
    '2026-12'
    """
    return month_of(first_day(month) - timedelta(days=1))


def last_day(month: str) -> date:
    """Give the last day of a month.

    >>> last_day("2028-02").day
    29
    """
    return first_day(next_month(month)) - timedelta(days=1)


def read_month(said: str, *, today: date) -> str:
    """Read a month that somebody asked for; "" stands for the present one.

    Raises:
        InvalidError: it is none, or lies ahead.
    """
    month = said or month_of(today)
    if not _MONTH.fullmatch(month) or month > month_of(today):
        message = f"month: write one such as {month_of(today)}, not ahead"
        raise InvalidError(message, problems=[Problem("/month", message)])
    return month
