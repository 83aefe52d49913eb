"""Rating: what was used becomes what a customer owes its CSP, and the CSP publisher and vendor.

Pure. Each hop has a price of its own and counts its own uses: a customer's tiers count what that
customer used, a CSP's what all its customers did. What a hop has no price for costs nothing there.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from marketplace.money.entries import RETAIL, SHARE, WHOLESALE, Payment
from marketplace.money.prices import PER_MONTH, PER_USE, Price
from marketplace.money.shares import vendor_part


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was counted under one price for one payer in a month so far.

    Attributes:
        amount: What it came to, in smallest units.
        vendor_bp: The vendor's share of it; as it was when the month's first use was counted.
    """

    units: int = 0
    amount: int = 0
    vendor_bp: int = 0

    def after(self, units: int, amount: int) -> Tally:
        """Give it with what came on top."""
        return Tally(
            units=self.units + units, amount=self.amount + amount, vendor_bp=self.vendor_bp
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Whom a charge is between; a CSP that uses something itself is no customer of its own."""

    customer_id: UUID | None
    csp_id: UUID
    publisher_id: UUID
    vendor_id: UUID


def cost_of(price: Price, units: int, tally: Tally) -> int:
    """Give what so many units cost after what was counted; a unit of a monthly price is a month.

    >>> cost_of(Price(kind=PER_MONTH, currency="EUR", amount=900), 2, Tally())
    1800
    """
    if price.kind == PER_MONTH:
        return price.amount * units
    return price.cost(units, before=tally.units) if price.kind == PER_USE else 0


def rate_retail(parties: Parties, price: Price, units: int, tally: Tally) -> list[Payment]:
    """Give what a customer owes its CSP."""
    if parties.customer_id is None:
        return []
    amount = cost_of(price, units, tally)
    return [_payment(RETAIL, parties.customer_id, parties.csp_id, price, amount)]


def rate_wholesale(parties: Parties, price: Price, units: int, tally: Tally) -> list[Payment]:
    """Give what a CSP owes: the vendor its share of the amount, the publisher the rest."""
    amount = cost_of(price, units, tally)
    share = vendor_part(tally.amount, amount, tally.vendor_bp)
    return [
        _payment(WHOLESALE, parties.csp_id, parties.publisher_id, price, amount - share),
        _payment(SHARE, parties.csp_id, parties.vendor_id, price, share),
    ]


def _payment(hop: str, payer: UUID, payee: UUID, price: Price, amount: int) -> Payment:
    return Payment(hop=hop, payer_id=payer, payee_id=payee, currency=price.currency, amount=amount)
