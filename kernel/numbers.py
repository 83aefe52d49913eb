"""Whole numbers as people and machines type them."""

from __future__ import annotations

import json
import re
from typing import Any

from kernel.errors import Problem
from kernel.json_text import leaves_of
from kernel.schema import pointer_to

MOST = 10**9  # what every column of numbers holds
MOST_OF_MANY = 2**63 - 1  # what a column holds that counts rows for years, such as the journal's
EXACT_MOST = 2**53 - 1
"""Up to here every reader of JSON keeps a whole number; a browser rounds others (RFC 8259, 6)."""
_LONG = re.compile(r"[0-9]{16}")


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


def rounding_problems(value: Any) -> list[Problem]:
    """List the whole numbers of a JSON value that would lose digits in a browser.

    >>> rounding_problems({"limits": [1, 2**53]})[0].pointer
    '/limits/1'
    """
    if _LONG.search(json.dumps(value)) is None:
        return []
    told = f"whole numbers keep their digits up to {EXACT_MOST:,} only: write it as text"
    return [
        Problem(pointer_to(path), f"{path[-1] if path else 'it'}: {told}")
        for path, one in leaves_of(value)
        if isinstance(one, int) and abs(one) > EXACT_MOST
    ]
