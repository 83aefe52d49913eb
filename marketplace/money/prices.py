"""What a listing or an offer costs: nothing, so much a month, or by use in graduated tiers. Pure.

Tiers are graduated: each unit costs what the tier says that it falls in, so that one more never
makes the whole cheaper. What one use costs is the difference of two totals; so whoever counts one
by one and whoever counts a month at once come to the same.

A trial period is the first days of an organisation with a listing, in which nothing is charged;
`marketplace.money.periods` says when it is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.schema import Schema
from marketplace.money.currencies import PLACES

FREE, PER_MONTH, PER_USE = "free", "per_month", "per_use"
KINDS = (FREE, PER_MONTH, PER_USE)
AMOUNT_MAX = 10**9
UNITS_MAX = 10**9
TIERS_MAX = 20
TRIAL_DAYS_MAX = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """`amount` for each `per` units, begun ones counted whole, up to the unit `up_to`.

    Attributes:
        up_to: The last unit of a month that falls in it; None for all that come.
    """

    up_to: int | None
    amount: int
    per: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """One price; `currency` is a code of ISO 4217, "" for what is free.

    Attributes:
        amount: What a month costs, in smallest units; of a price by the month alone.
        tiers: What uses cost, the last without an end; of a price by use alone.
        trial_days: For so many days from its first install on an organisation is charged nothing.
    """

    kind: str = FREE
    currency: str = ""
    amount: int = 0
    tiers: tuple[Tier, ...] = ()
    trial_days: int = 0

    @property
    def is_free(self) -> bool:
        """Tell whether nothing is ever asked."""
        return not self.amount and not any(one.amount for one in self.tiers)

    def total(self, units: int) -> int:
        """Give what so many uses of a month cost, in smallest units; never falls with more.

        >>> tiers = (Tier(up_to=100, amount=0), Tier(up_to=None, amount=5, per=10))
        >>> Price(kind=PER_USE, currency="EUR", tiers=tiers).total(111)
        10
        """
        cost, from_ = 0, 0
        for tier in self.tiers:
            until = units if tier.up_to is None else min(units, tier.up_to)
            inside = max(0, until - from_)
            cost += -(-inside // tier.per) * tier.amount
            from_ = max(from_, until)
        return cost

    def cost(self, units: int, *, before: int) -> int:
        """Give what uses cost that come after so many others of the same month."""
        return self.total(before + units) - self.total(before)

    def document(self) -> dict[str, Any]:
        """Write it as `read_price` reads it."""
        if self.kind == FREE:
            return {"kind": FREE}
        base: dict[str, Any] = {"kind": self.kind, "currency": self.currency}
        if self.trial_days:
            base["trial_days"] = self.trial_days
        if self.kind == PER_MONTH:
            return {**base, "amount": self.amount}
        tiers = [{"up_to": t.up_to, "amount": t.amount, "per": t.per} for t in self.tiers]
        return {**base, "tiers": tiers}


_AMOUNT = {"type": "integer", "minimum": 0, "maximum": AMOUNT_MAX}
_UNITS = {"type": "integer", "minimum": 1, "maximum": UNITS_MAX}
_TIER = {
    "type": "object",
    "required": ["amount"],
    "additionalProperties": False,
    "properties": {
        "up_to": {**_UNITS, "type": ["integer", "null"]},
        "amount": _AMOUNT,
        "per": _UNITS,
    },
}
PRICE: Mapping[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "additionalProperties": False,
    "properties": {
        "kind": {"type": "string", "enum": list(KINDS)},
        "currency": {"type": "string", "enum": sorted(PLACES)},
        "amount": _AMOUNT,
        "tiers": {"type": "array", "minItems": 1, "maxItems": TIERS_MAX, "items": _TIER},
        "trial_days": {"type": "integer", "minimum": 0, "maximum": TRIAL_DAYS_MAX},
    },
}
"""The document of a price; amounts are whole numbers of the currency's smallest unit."""
_SCHEMA = Schema(PRICE)
_MAY_HAVE = {FREE: frozenset(), PER_MONTH: {"trial_days"}, PER_USE: {"trial_days"}}
_HAS = {FREE: frozenset(), PER_MONTH: {"currency", "amount"}, PER_USE: {"currency", "tiers"}}


def read_price(document: Any) -> Price:
    """Read a price; a whole number that is written as 5.0 or 5e0 is 5.

    Raises:
        InvalidError: naming each field that will not do, and what to write.
    """
    _SCHEMA.require(document, "the price cannot be read: see the fields")
    problems = _missing(document) or _tier_problems(document.get("tiers", ()))
    if problems:
        raise InvalidError("the price cannot be read: see the fields", problems=problems)
    tiers = tuple(_read_tier(one) for one in document.get("tiers", ()))
    return Price(
        kind=document["kind"],
        currency=document.get("currency", ""),
        amount=int(document.get("amount", 0)),
        tiers=tiers,
        trial_days=int(document.get("trial_days", 0)),
    )


def _read_tier(said: Mapping[str, Any]) -> Tier:
    up_to = said.get("up_to")
    return Tier(
        up_to=int(up_to) if up_to is not None else None,
        amount=int(said["amount"]),
        per=int(said.get("per", 1)),
    )


def _missing(document: Mapping[str, Any]) -> list[Problem]:
    """Name what a price of its kind lacks, or has though it means nothing there."""
    kind, has = document["kind"], set(document) - {"kind"}
    lacks = [Problem(f"/{n}", f"{n}: say it, {kind} needs it") for n in sorted(_HAS[kind] - has)]
    idle = [
        Problem(f"/{n}", f"{n}: leave it out, {kind} has none")
        for n in sorted(has - _HAS[kind] - _MAY_HAVE[kind])
    ]
    return lacks + idle


def _tier_problems(tiers: Any) -> list[Problem]:
    """Tiers follow one another, and only the last has no end."""
    before, found = 0, []
    for at, one in enumerate(tiers):
        up_to, is_last = one.get("up_to"), at == len(tiers) - 1
        pointer = f"/tiers/{at}/up_to"
        if is_last and up_to is not None:
            found.append(
                Problem(pointer, "up_to: leave it out of the last tier: it takes the rest")
            )
        elif not is_last and (up_to is None or up_to <= before):
            found.append(Problem(pointer, f"up_to: write a number above {before}"))
        before = up_to or before
    return found
