"""Shares of an amount that always add up to it, in whole smallest units. Pure.

Largest remainder (Hamilton's method): each part is rounded down, and the units that are left go
to the parts that lost most by that; of equal ones the first gets it. So no unit is lost or made,
and the same amounts and weights give the same parts on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

WHOLE_BP = 10_000
"""All of an amount, in basis points: hundredths of a percent."""
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?")


def read_percent(text: str) -> int:
    """Read a share that a person wrote in percent, such as `12.5`, as basis points.

    Raises:
        ValueError: it is none from 0 to 100; says what to write.

    >>> read_percent("12.5"), read_percent(" 20 % ")
    (1250, 2000)
    """
    found = _PERCENT.fullmatch(text.strip().removesuffix("%").strip())
    share = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None
    if share is None or share > WHOLE_BP:
        raise ValueError("Write a percentage from 0 to 100, such as 20 or 12.5")
    return share


def share_words(share_bp: int) -> str:
    """Write a share in percent, as short as it is exact.

    >>> share_words(2000), share_words(1250), share_words(1)
    ('20 %', '12.5 %', '0.01 %')
    """
    whole, part = divmod(share_bp, 100)
    digits = f"{part:02d}".rstrip("0")
    return f"{whole}.{digits} %" if digits else f"{whole} %"


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Part an amount by weights; the parts sum to it exactly.

    Args:
        amount: In smallest units, of either sign; a negative one is parted as its opposite.
        weights: One for each part, >= 0, not all of them 0.

    Raises:
        ValueError: no weight is above nought, or one is below it.

    >>> split(100, [1, 1, 1]), split(-5, [2000, 8000])
    ([34, 33, 33], [-1, -4])
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights are at least 0, and one of them is more")
    if amount < 0:
        return [-part for part in split(-amount, weights)]
    parts = [amount * weight // whole for weight in weights]
    lost = [amount * weight % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda at: (-lost[at], at))
    for at in order[: amount - sum(parts)]:
        parts[at] += 1
    return parts


def vendor_part(before: int, amount: int, vendor_bp: int) -> int:
    """Give the vendor's part of an amount that comes on top of a running total.

    It is the difference of two shares of the total: a thousand amounts of one cent give the
    vendor what one of a thousand cents does, and not what rounding each of them would.

    Args:
        before: The running total before this amount, >= 0.
        amount: What comes on top, >= 0; the rest of it is the publisher's.
        vendor_bp: The vendor's share in basis points, 0 to 10,000.

    >>> [vendor_part(at, 1, 2500) for at in range(8)]
    [0, 1, 0, 0, 0, 1, 0, 0]
    """
    weights = (vendor_bp, WHOLE_BP - vendor_bp)
    return split(before + amount, weights)[0] - split(before, weights)[0]
