"""Shares of an amount that always add up to it, in whole smallest units. Pure.

Largest remainder (Hamilton's method): each part is rounded down, and the units that are left go
to the parts that lost most by that; of equal ones the first gets it. So no unit is lost or made,
and the same amounts and weights give the same parts on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence

WHOLE_BP = 10_000
"""All of an amount, in basis points: hundredths of a percent."""


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
