"""A statement as its page shows it: what is paid and what is received, part by part. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from marketplace.money.currencies import said
from marketplace.money.entries import CSP, CUSTOMER, PUBLISHER, RETAIL, SHARE, VENDOR, WHOLESALE
from marketplace.money.months import first_day, month_of
from marketplace.money.posting import CHARGE, CREDIT, REVERSAL
from marketplace.money.statements import Line, Statement

TITLES: Mapping[tuple[str, str], tuple[str, str]] = MappingProxyType(
    {
        (CUSTOMER, RETAIL): ("What you pay", "Provider"),
        (CSP, RETAIL): ("What your customers pay you", "Customer"),
        (CSP, WHOLESALE): ("What you pay publishers", "Publisher"),
        (CSP, SHARE): ("What you pay the vendor", "Vendor"),
        (PUBLISHER, WHOLESALE): ("What you earn with your listings", "Provider"),
        (VENDOR, SHARE): ("Your share of what publishers are paid", "Provider"),
    }
)
"""What each part is called, and who the other party is; in this order."""
KINDS: Mapping[str, str] = MappingProxyType(
    {CHARGE: "Used", CREDIT: "Credit", REVERSAL: "Reversal"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a part; `amount` is in words, below nought where it was given back."""

    listing_id: str
    counterparty: str
    kind: str
    units: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One side of a statement in one hop; `sums` has one amount for each currency."""

    title: str
    other: str
    rows: tuple[Row, ...]
    sums: tuple[str, ...]


def parts_of(statement: Statement) -> list[Part]:
    """Give the parts of a statement that have any lines."""
    found = []
    for (side, hop), (title, other) in TITLES.items():
        lines = [one for one in statement.lines if (one.side, one.hop) == (side, hop)]
        if lines:
            rows = tuple(_row(one) for one in lines)
            found.append(Part(title=title, other=other, rows=rows, sums=_sums(lines)))
    return found


def month_words(month: str) -> str:
    """Write a month as people do.

    >>> month_words("2026-11")
    'November 2026'
    """
    return f"{first_day(month):%B %Y}"


def months_to_choose(found: list[Statement], *, chosen: str, today: date) -> list[tuple[str, str]]:
    """List the months there are, the present and the chosen one among them, the latest first."""
    months = {one.month for one in found} | {chosen, month_of(today)}
    return [(one, month_words(one)) for one in sorted(months, reverse=True)]


def _row(one: Line) -> Row:
    return Row(
        listing_id=one.listing_id,
        counterparty=one.counterparty,
        kind=KINDS[one.kind],
        units=f"{one.units:,}" if one.kind == CHARGE else "",
        amount=said(_due(one), one.currency),
    )


def _sums(lines: list[Line]) -> tuple[str, ...]:
    currencies = sorted({one.currency for one in lines})
    return tuple(
        said(sum(_due(one) for one in lines if one.currency == currency), currency)
        for currency in currencies
    )


def _due(one: Line) -> int:
    """Both what is paid and what is received is above nought: the part's title says which."""
    return -one.amount if one.is_paid else one.amount
