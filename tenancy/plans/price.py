"""What a month costs, and how much more may be used before it costs more than may be spent.

Pure, in whole cents. A plan has a price a month; beyond what that includes, so many units cost so
much, and a part that is begun counts whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """A price by use: `cents` for each `per` units, begun ones counted whole, beyond `included`."""

    included: int
    per: int = 1
    cents: int = 0

    def cost(self, used: int) -> int:
        """Give what so many units of a month cost.

        >>> Metered(included=100, per=10, cents=5).cost(111)
        10
        """
        return -(-max(0, used - self.included) // self.per) * self.cents

    def room(self, used: int, cents: int) -> int | None:
        """Give how many units more cost at most so many cents more; None for any number.

        >>> Metered(included=100, per=10, cents=5).room(95, 9)
        15
        """
        if not self.cents:
            return None
        parts = (self.cost(used) + cents) // self.cents
        return max(0, self.included + parts * self.per - used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a plan costs; `currency` is a code of ISO 4217."""

    currency: str = "EUR"
    monthly_cents: int = 0
    metered: Mapping[str, Metered] = field(default_factory=dict)

    def cost(self, used: Mapping[str, int]) -> int:
        """Give what a month costs in which so much was used, by metric, in cents."""
        return self.monthly_cents + sum(
            one.cost(used.get(name, 0)) for name, one in self.metered.items()
        )

    def room(self, used: Mapping[str, int], metric: str, *, cap_cents: int) -> int | None:
        """Give how many units more of a metric stay within a cap; None for any number.

        What is included, or costs nothing, is never refused: also of a cap below the monthly price.
        """
        metered = self.metered.get(metric)
        if metered is None:
            return None
        left = max(0, cap_cents - self.cost(used))
        return metered.room(used.get(metric, 0), left)

    def document(self) -> dict[str, Any]:
        """Write it as JSON."""
        return {
            "currency": self.currency,
            "monthly_cents": self.monthly_cents,
            "metered": {
                name: {"included": one.included, "per": one.per, "cents": one.cents}
                for name, one in self.metered.items()
            },
        }


FREE = Price()


def money(cents: int, currency: str) -> str:
    """Write an amount for people.

    >>> money(123456, "EUR")
    'EUR 1,234.56'
    """
    return f"{currency} {cents / 100:,.2f}"
