"""What REST takes and answers about money, and how it is written. Pure.

Every amount is a whole number of its currency's smallest unit.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from kernel.clock import format_instant
from kernel.errors import InvalidError, Problem
from kernel.rest import FLAG, ID, INSTANT, OBJECT, TEXT, WHOLE, choice, many, maybe, shape
from kernel.schema import Schema
from marketplace.money._tables import LISTING_MAX, REASON_MAX
from marketplace.money.agreements import ShareView
from marketplace.money.asking import PriceAsked
from marketplace.money.entries import HOPS, SIDES
from marketplace.money.posting import CHARGE, CREDIT, REVERSAL
from marketplace.money.prices import AMOUNT_MAX, PRICE
from marketplace.money.pricing import OWN_HOPS, PriceView
from marketplace.money.saying import asked_words
from marketplace.money.shares import WHOLE_BP
from marketplace.money.statements import EntryView, Statement, Total

_DATE = {"type": "string", "format": "date"}
_LISTING = {"type": "string", "maxLength": LISTING_MAX}
_HOP, _SIDE, _KIND = choice(*HOPS), choice(*SIDES), choice(CHARGE, CREDIT, REVERSAL)
_REASON = {"type": "string", "minLength": 1, "maxLength": REASON_MAX}


def _wanted(required: list[str], **properties: Any) -> Schema:
    return Schema(
        {
            "type": "object",
            "required": required,
            "additionalProperties": False,
            "properties": properties,
        }
    )


PRICE_WANTED = _wanted(
    ["listing_id", "hop", "price"],
    listing_id=_LISTING,
    hop=choice(*OWN_HOPS),
    price=PRICE,
    valid_from=_DATE,
)
PRICE_SHAPE = shape(
    "MarketPrice",
    id=ID,
    listing_id=TEXT,
    hop=choice(*OWN_HOPS),
    price=OBJECT,
    valid_from=_DATE,
    set_at=INSTANT,
    set_by=TEXT,
)
_WORDS = many(TEXT)
PRICE_ASKED = shape(
    "MarketPriceAsked",
    listing_id=TEXT,
    hop=choice(*OWN_HOPS),
    is_charged=FLAG,
    price=OBJECT,
    words=_WORDS,
    comes=many(shape(valid_from=_DATE, price=OBJECT)),
    trial=maybe(shape(days=WHOLE, last_day=maybe(_DATE), days_left=WHOLE)),
)
SHARE_WANTED = _wanted(
    ["vendor_bp"],
    publisher_id={"type": ["string", "null"], "format": "uuid"},
    vendor_bp={"type": "integer", "minimum": 0, "maximum": WHOLE_BP},
    valid_from=_DATE,
)
SHARE_SHAPE = shape(
    "MarketShare",
    id=ID,
    publisher_id=maybe(ID),
    vendor_bp=WHOLE,
    valid_from=_DATE,
    set_at=INSTANT,
    set_by=maybe(TEXT),
)
CREDIT_WANTED = _wanted(
    ["amount", "reason"],
    amount={"type": "integer", "minimum": 1, "maximum": AMOUNT_MAX**2},
    reason=_REASON,
)
REVERSAL_WANTED = _wanted(["reason"], reason=_REASON)
GIVEN_BACK = shape("MarketGivenBack", id=ID)
_TOTAL = shape(currency=TEXT, to_pay=WHOLE, to_receive=WHOLE, balance=WHOLE)
SUMMARY = shape("MarketStatementSummary", month=TEXT, closed_at=maybe(INSTANT), totals=many(_TOTAL))
_LINE = shape(
    side=_SIDE,
    hop=_HOP,
    counterparty=shape(id=ID, name=TEXT),
    listing_id=TEXT,
    kind=_KIND,
    units=WHOLE,
    currency=TEXT,
    amount=WHOLE,
)
STATEMENT = shape(
    "MarketStatement",
    organisation_id=ID,
    month=TEXT,
    closed_at=maybe(INSTANT),
    totals=many(_TOTAL),
    lines=many(_LINE),
)
ENTRY = shape(
    "MarketEntry",
    id=ID,
    charge_id=ID,
    of_id=maybe(ID),
    kind=_KIND,
    side=_SIDE,
    hop=_HOP,
    counterparty_id=ID,
    listing_id=TEXT,
    day=_DATE,
    units=WHOLE,
    currency=TEXT,
    amount=WHOLE,
    reason=TEXT,
    at=INSTANT,
)


def read_day(said: str | None) -> date | None:
    """Read a day such as 2026-12-01; None stays None. Raises InvalidError."""
    try:
        return date.fromisoformat(said) if said is not None else None
    except ValueError:
        message = "valid_from: write a day such as 2026-12-01"
        raise InvalidError(message, problems=[Problem("/valid_from", message)]) from None


def read_publisher(said: str | None) -> UUID | None:
    """Read a publisher's id; None stays None. Raises InvalidError."""
    try:
        return UUID(said) if said is not None else None
    except ValueError:
        message = "publisher_id: write an organisation's id, or null for all others"
        raise InvalidError(message, problems=[Problem("/publisher_id", message)]) from None


def price_document(one: PriceView) -> dict[str, Any]:
    """Write a price."""
    return {
        "id": str(one.id),
        "listing_id": one.listing_id,
        "hop": one.hop,
        "price": one.price.document(),
        "valid_from": one.valid_from.isoformat(),
        "set_at": format_instant(one.set_at),
        "set_by": one.set_by,
    }


def asked_document(one: PriceAsked) -> dict[str, Any]:
    """Write what an organisation is asked for a listing."""
    trial = one.trial
    return {
        "listing_id": one.listing_id,
        "hop": one.hop,
        "is_charged": one.is_charged,
        "price": one.now.document(),
        "words": asked_words(one),
        "comes": [
            {"valid_from": each.valid_from.isoformat(), "price": each.price.document()}
            for each in one.comes
        ],
        "trial": {
            "days": trial.days,
            "last_day": trial.last_day.isoformat() if trial.last_day is not None else None,
            "days_left": trial.days_left,
        }
        if trial is not None
        else None,
    }


def share_document(one: ShareView) -> dict[str, Any]:
    """Write a share."""
    return {
        "id": str(one.id),
        "publisher_id": str(one.publisher_id) if one.publisher_id is not None else None,
        "vendor_bp": one.vendor_bp,
        "valid_from": one.valid_from.isoformat(),
        "set_at": format_instant(one.set_at),
        "set_by": one.set_by or None,
    }


def total_document(one: Total) -> dict[str, Any]:
    """Write a total."""
    return {
        "currency": one.currency,
        "to_pay": one.to_pay,
        "to_receive": one.to_receive,
        "balance": one.balance,
    }


def summary_document(one: Statement) -> dict[str, Any]:
    """Write a statement without its lines."""
    return {
        "month": one.month,
        "closed_at": format_instant(one.closed_at) if one.closed_at is not None else None,
        "totals": [total_document(total) for total in one.totals],
    }


def entry_document(one: EntryView) -> dict[str, Any]:
    """Write an entry of the accounts."""
    return {
        "id": str(one.id),
        "charge_id": str(one.charge_id),
        "of_id": str(one.of_id) if one.of_id is not None else None,
        "kind": one.kind,
        "side": one.side,
        "hop": one.hop,
        "counterparty_id": str(one.counterparty_id),
        "listing_id": one.listing_id,
        "day": one.day.isoformat(),
        "units": one.units,
        "currency": one.currency,
        "amount": one.amount,
        "reason": one.reason,
        "at": format_instant(one.at),
    }
