"""What a price leaves to who sets it: a CSP beside what it pays, a publisher beside the share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from kernel.acting import Acting
from marketplace.money.agreements import share_on
from marketplace.money.currencies import said
from marketplace.money.pricelists import EXAMPLE_USES, Asked, Margin, bill, margin_of
from marketplace.money.prices import FREE, PER_MONTH, Price
from marketplace.money.saying import day_words
from marketplace.money.shares import vendor_part
from tenancy.organisations import get_organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left from a day on, as a sentence."""

    words: str
    is_loss: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a publisher gets of a price once the vendor's share is taken, for a month.

    Attributes:
        vendor_bp: The share that the vendor keeps, in basis points.
        gets: In smallest units.
        uses: For how many uses of that month; 0 where the price is by the month.
    """

    vendor_bp: int
    currency: str
    gets: int
    uses: int


def left_of(wholesale: Asked, retail: Price, day: date) -> list[Left]:
    """Say what a retail price leaves from its day on, and from each change of what is paid. Pure.

    Nothing is said where the two are of different currencies, or both are free.
    """
    known = [*((wholesale.now,) if wholesale.now else ()), *wholesale.comes]
    holds = [one.price for one in known if one.valid_from <= day]
    paid = [(day, holds[-1] if holds else Price())]
    paid += [(one.valid_from, one.price) for one in known if one.valid_from > day]
    found = [(at, margin_of(retail, price)) for at, price in paid]
    return [_left(at, margin) for at, margin in found if margin is not None]


def loss_words(wholesale: Asked, retail: Price, day: date) -> str:
    """Say from when on a retail price is below what is paid; "" where it never is. Pure."""
    return next((one.words for one in left_of(wholesale, retail, day) if one.is_loss), "")


def kept_of(session: Session, who: Acting, price: Price, *, day: date) -> Kept | None:
    """Give what a publisher gets of its price; None where it is free, or nobody takes a share."""
    vendor_id: UUID | None = get_organisation(session, who.tenant_id).parent_id
    if price.kind == FREE or vendor_id is None:
        return None
    share = share_on(session, vendor_id, who.tenant_id, day)
    uses = 0 if price.kind == PER_MONTH else EXAMPLE_USES
    whole = bill(price, uses)
    gets = whole - vendor_part(0, whole, share)
    return Kept(vendor_bp=share, currency=price.currency, gets=gets, uses=uses) if share else None


def _left(at: date, margin: Margin) -> Left:
    each = f"for {margin.uses:,} uses of a month" if margin.uses else "each month"
    amount = said(abs(margin.amount), margin.currency)
    if margin.amount < 0:
        told = f"From {day_words(at)} you pay {amount} more than you ask, {each} and customer."
        return Left(words=told, is_loss=True)
    return Left(words=f"From {day_words(at)} {amount} is left for you, {each}.", is_loss=False)
