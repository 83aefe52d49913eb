"""Whole numbers as people and machines type them."""

from __future__ import annotations

MOST = 10**9  # what every column of numbers holds
MOST_OF_MANY = 2**63 - 1  # what a column holds that counts rows for years, such as the journal's


def whole_number(text: str, *, most: int = MOST) -> int | None:
    """Read a whole number from 0 to `most`; None where the text is none.

    Digits are those of ASCII: `str.isdigit` holds for "²" too, which `int` refuses, as it does a
    number of thousands of digits.

    >>> whole_number("42"), whole_number("²"), whole_number("-1"), whole_number("9" * 5_000)
    (42, None, None, None)
    """
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(most)):
        return None
    number = int(text)
    return number if number <= most else None
