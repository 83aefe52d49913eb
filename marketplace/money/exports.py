"""Statements as files: JSON, CSV, and bills in the shape of TMF678. Pure.

Amounts are written as exact decimals; nothing is rounded on the way out. What could read otherwise
another day, such as a name, is in no file that a billing system keys by: ids are.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from kernel.clock import format_instant
from marketplace.money.currencies import decimal_text
from marketplace.money.months import first_day, last_day
from marketplace.money.statements import Line, Statement, totals_of

COLUMNS = (
    "month",
    "side",
    "hop",
    "counterparty_id",
    "counterparty",
    "listing_id",
    "kind",
    "units",
    "currency",
    "amount",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def statement_document(statement: Statement, currency: str = "") -> dict[str, Any]:
    """Write a statement as REST gives it, of one currency where one is named."""
    lines = [one for one in statement.lines if currency in ("", one.currency)]
    totals = totals_of(lines)
    return {
        "organisation_id": str(statement.organisation_id),
        "month": statement.month,
        "closed_at": format_instant(statement.closed_at) if statement.closed_at else None,
        "totals": [
            {
                "currency": one.currency,
                "to_pay": one.to_pay,
                "to_receive": one.to_receive,
                "balance": one.balance,
            }
            for one in totals
        ],
        "lines": [_line_document(one) for one in lines],
    }


def as_csv(statement: Statement) -> str:
    """Write a statement's lines, and then a line with the balance of each currency."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for one in statement.lines:
        amount = decimal_text(one.amount, one.currency)
        names = (one.side, one.hop, str(one.counterparty_id), _plain(one.counterparty))
        rest = (one.listing_id, one.kind, one.units, one.currency, amount)
        writer.writerow([statement.month, *names, *rest])
    for total in statement.totals:
        amount = decimal_text(total.balance, total.currency)
        writer.writerow(
            [statement.month, "", "", "", "", "", "balance", "", total.currency, amount]
        )
    return written.getvalue()


def as_bills(statement: Statement) -> str:
    """Write a statement as customer bills, one for each other side, hop, currency and direction.

    The two who stand at either end of a bill come to the same `amountDue`.

    Source: TM Forum, TMF678 Customer Bill Management v4.0.0, the resources CustomerBill and
    AppliedCustomerBillingRate. Amounts carry no tax: Garland knows none.
    """
    groups: dict[tuple[str, str, UUID, bool], list[Line]] = {}
    for one in statement.lines:
        key = (one.hop, one.currency, one.counterparty_id, one.is_paid)
        groups.setdefault(key, []).append(one)
    made = [_bill(statement, lines) for _, lines in sorted(groups.items())]
    document = {
        "customerBill": [bill for bill, _ in made],
        "appliedCustomerBillingRate": [rate for _, rates in made for rate in rates],
    }
    return json.dumps(document, indent=1, ensure_ascii=False)


def _bill(statement: Statement, lines: list[Line]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    first = lines[0]
    due = sum(_due(one) for one in lines)
    own, other = str(statement.organisation_id), str(first.counterparty_id)
    payer, payee = (own, other) if first.is_paid else (other, own)
    number = f"{statement.month}-{first.hop}-{first.currency}-{payer}-{payee}"
    money = _money(due, first.currency)
    closed = statement.closed_at
    bill = {
        "id": number,
        "billNo": number,
        "category": first.hop,
        "state": "validated" if closed else "new",
        "runType": "onCycle",
        "billingPeriod": _period(statement.month),
        "amountDue": money,
        "taxExcludedAmount": money,
        "relatedParty": [_party(payer, "customer"), _party(payee, "billingProvider")],
        **(
            {"billDate": format_instant(closed), "lastUpdate": format_instant(closed)}
            if closed
            else {}
        ),
        "@type": "CustomerBill",
    }
    return bill, [_rate(statement, number, one) for one in lines]


def _rate(statement: Statement, number: str, one: Line) -> dict[str, Any]:
    return {
        "id": f"{number}-{one.listing_id}-{one.kind}",
        "name": one.listing_id,
        "type": one.kind,
        "isBilled": statement.closed_at is not None,
        "bill": {"id": number, "@referredType": "CustomerBill"},
        "periodCoverage": _period(statement.month),
        "product": {"id": one.listing_id, "name": one.listing_id, "@referredType": "Product"},
        "taxExcludedAmount": _money(_due(one), one.currency),
        "characteristic": [{"name": "units", "valueType": "integer", "value": one.units}],
        "@type": "AppliedCustomerBillingRate",
    }


def _due(one: Line) -> int:
    """Give what a line adds to what the payer owes."""
    return -one.amount if one.is_paid else one.amount


def _period(month: str) -> dict[str, str]:
    after = last_day(month) + timedelta(days=1)
    return {"startDateTime": f"{first_day(month)}T00:00:00Z", "endDateTime": f"{after}T00:00:00Z"}


def _party(key: str, role: str) -> dict[str, str]:
    return {"id": key, "role": role, "@referredType": "Organization"}


def _money(amount: int, currency: str) -> dict[str, Any]:
    return {"unit": currency, "value": float(Decimal(decimal_text(amount, currency)))}


def _line_document(one: Line) -> dict[str, Any]:
    return {
        "side": one.side,
        "hop": one.hop,
        "counterparty": {"id": str(one.counterparty_id), "name": one.counterparty},
        "listing_id": one.listing_id,
        "kind": one.kind,
        "units": one.units,
        "currency": one.currency,
        "amount": one.amount,
    }


def _plain(text: str) -> str:
    """Let no name be read as a formula by a spreadsheet."""
    return f"'{text}" if text.startswith(_FORMULA) else text


FORMATS = {
    "csv": (as_csv, "text/csv; charset=utf-8", "csv"),
    "tmf678": (as_bills, "application/json", "json"),
}
"""The files there are: what writes one, its media type, and how its name ends."""
