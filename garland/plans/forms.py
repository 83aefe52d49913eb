"""What the forms of plans say, read from a request's words and written into them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.numbers import whole_number
from tenancy.plans.store import PlanView, Wanted
from tenancy.plans.terms import FEATURES, METRICS, NUMBER_MAX, QUOTAS

_PARTS = (("included", "0"), ("per", "1"), ("cents", "0"))


def wanted_of(form: Any) -> Wanted:
    """Read a plan; what is no number is left as it was typed, for the terms to refuse by name."""
    quotas = {
        name: _number(said) for name in QUOTAS if (said := form.get(f"quotas.{name}", "").strip())
    }
    blocks = form.get("blocks", "").split()
    metered = {
        name: {
            part: _number(form.get(f"metered.{name}.{part}", "") or usual) for part, usual in _PARTS
        }
        for name in METRICS
        if form.get(f"metered.{name}.cents", "").strip() not in ("", "0")
    }
    return Wanted(
        name=form.get("name", ""),
        words=form.get("words", ""),
        document={
            "quotas": quotas,
            "blocks": blocks or None,
            "features": [one for one in FEATURES if form.get(f"features.{one}")],
            "support": form.get("support", ""),
            "price": {
                "currency": form.get("currency", "").strip() or "EUR",
                "monthly_cents": cents_of(form.get("monthly", "").strip() or "0", "monthly"),
                "metered": metered,
            },
        },
    )


def words_of(plan: PlanView | None) -> dict[str, str]:
    """Write a plan into the form's words; of none, those that a new one begins with."""
    if plan is None:
        return {"currency": "EUR", "support": "community"} | {
            f"features.{one}": "true" for one in FEATURES
        }
    terms, price = plan.terms, plan.terms.price
    words = {
        "name": plan.name,
        "words": plan.words,
        "blocks": "\n".join(terms.blocks or ()),
        "support": terms.support,
        "currency": price.currency,
        "monthly": amount_of(price.monthly_cents),
    }
    words |= {f"quotas.{name}": str(value) for name, value in terms.quotas.items()}
    words |= {f"features.{one}": "true" for one in terms.features}
    for name, one in price.metered.items():
        document = {"included": one.included, "per": one.per, "cents": one.cents}
        words |= {f"metered.{name}.{part}": str(value) for part, value in document.items()}
    return words


def cents_of(text: str, name: str) -> int:
    """Read an amount of money such as 99 or 99.50.

    Raises:
        InvalidError: naming the field.

    >>> cents_of("99.50", "cap")
    9950
    """
    try:
        cents = Decimal(text.replace(",", "")) * 100
    except InvalidOperation:
        cents = Decimal(-1)
    if not cents.is_finite() or cents < 0 or cents != cents.to_integral_value():
        message = f"{name}: write an amount such as 99 or 99.50"
        raise InvalidError(message, problems=[Problem(f"/{name}", message)])
    return int(cents)


def amount_of(cents: int) -> str:
    """Write an amount as `cents_of` reads it.

    >>> amount_of(9950)
    '99.50'
    """
    return f"{cents // 100}.{cents % 100:02d}"


def beside_of(error: InvalidError) -> Mapping[str, str]:
    """Give what is wrong with each field, by the form's own names."""
    names = {"/price/currency": "currency", "/price/monthly_cents": "monthly"}
    return {
        names.get(one.pointer, one.pointer.removeprefix("/price/").strip("/").replace("/", ".")): (
            one.message
        )
        for one in error.problems
    }


def _number(text: str) -> int | str:
    number = whole_number(text.strip(), most=NUMBER_MAX)
    return text if number is None else number
