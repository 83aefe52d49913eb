"""The entries of the accounts: who owes whom what, each seen from both sides. Pure.

Money goes in two hops: a customer pays its CSP (retail), the CSP pays the publisher (wholesale)
and the vendor its share of that. Every payment is a pair of entries with opposite signs, so that
whatever is entered adds up to nought, and both sides of it agree to the cent by construction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import UUID

from marketplace.money.shares import split

RETAIL, WHOLESALE, SHARE = "retail", "wholesale", "share"
HOPS = (RETAIL, WHOLESALE, SHARE)
CUSTOMER, CSP, PUBLISHER, VENDOR = "customer", "csp", "publisher", "vendor"
SIDES = (CUSTOMER, CSP, PUBLISHER, VENDOR)
ROLES = MappingProxyType(
    {RETAIL: (CUSTOMER, CSP), WHOLESALE: (CSP, PUBLISHER), SHARE: (CSP, VENDOR)}
)
"""Who pays and who is paid in each hop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What one owes another, in smallest units; below nought where it is given back."""

    hop: str
    payer_id: UUID
    payee_id: UUID
    currency: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One side of a payment: `amount` is above nought where its owner receives it."""

    owner_id: UUID
    counterparty_id: UUID
    side: str
    hop: str
    currency: str
    amount: int


def entries_of(payments: Iterable[Payment]) -> list[Entry]:
    """Write payments as entries, two for each; what one would pay oneself is left out."""
    found: list[Entry] = []
    for one in payments:
        if one.payer_id == one.payee_id:
            continue
        pays, is_paid = ROLES[one.hop]
        common = {"hop": one.hop, "currency": one.currency}
        ends = (
            (one.payer_id, one.payee_id, pays, -one.amount),
            (one.payee_id, one.payer_id, is_paid, one.amount),
        )
        found += [
            Entry(owner_id=own, counterparty_id=other, side=side, amount=amount, **common)
            for own, other, side, amount in ends
        ]
    return found


def left_of(payments: Iterable[Payment]) -> list[Payment]:
    """Add payments up by hop, parties and currency: what is left after what was given back."""
    sums: dict[Payment, int] = {}
    for one in payments:
        key = replace(one, amount=0)
        sums[key] = sums.get(key, 0) + one.amount
    return [replace(key, amount=amount) for key, amount in sums.items()]


def reversal_of(payments: Iterable[Payment], *, hops: Sequence[str] = HOPS) -> list[Payment]:
    """Give what brings payments of some hops to nought, whatever was given back before."""
    return [
        replace(one, amount=-one.amount)
        for one in left_of(payments)
        if one.hop in hops and one.amount
    ]


def credit_of(payments: Iterable[Payment], amount: int, *, hops: Sequence[str]) -> list[Payment]:
    """Give back an amount of what is left of some hops, by what each who was paid has of it.

    Credits that come to the whole bring every part to nought.

    Raises:
        ValueError: it is not above nought, or more than is left.
    """
    left = [one for one in left_of(payments) if one.hop in hops and one.amount > 0]
    if not 0 < amount <= sum(one.amount for one in left):
        raise ValueError("a credit is above nought and at most what is left")
    parts = split(amount, [one.amount for one in left])
    return [replace(one, amount=-part) for one, part in zip(left, parts, strict=True) if part]
