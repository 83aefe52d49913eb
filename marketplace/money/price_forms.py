"""The form of a price: amounts as people write them become the document that REST takes. Pure.

A row of tiers that is empty is left out, so that a form may show more rows than are needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from kernel.errors import InvalidError, Problem
from kernel.numbers import whole_number
from marketplace.money.currencies import PLACES, decimal_text, read_amount, said
from marketplace.money.prices import (
    FREE,
    KINDS,
    PER_MONTH,
    TIERS_MAX,
    TRIAL_DAYS_MAX,
    UNITS_MAX,
    Price,
    read_price,
)
from marketplace.money.pricing import checked_day

ROWS = 2
"""So many rows of tiers a form begins with."""
ROWS_ADDED = 3
"""So many are added at once."""
_COMMA = re.compile(r"([0-9]{1,15}),([0-9]{1,2})")
"""A decimal comma; with three digits behind it, it could part thousands."""
EXAMPLE = "1000"
_FINEST = "KWD"
"""By its decimal places an amount is read while its own currency is not chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of tiers as it was written."""

    up_to: str = ""
    amount: str = ""
    per: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is written in it."""
        return not (self.up_to or self.amount or self.per)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceForm:
    """A form of a price as it was filled in."""

    kind: str = FREE
    currency: str = ""
    amount: str = ""
    trial_days: str = ""
    valid_from: str = ""
    uses: str = EXAMPLE
    rows: tuple[Row, ...] = field(default=(Row(),) * ROWS)

    @property
    def may_grow(self) -> bool:
        """Tell whether more rows can be added."""
        return len(self.rows) < TIERS_MAX


def read_form(sent: Mapping[str, str], *, more: bool = False) -> PriceForm:
    """Take what was sent as it was written, with more rows of tiers where they are asked for."""
    number = whole_number(sent.get("rows", ""), most=TIERS_MAX) or ROWS
    names = range(min(TIERS_MAX, number + ROWS_ADDED) if more else number)
    text = {name: sent.get(name, "").strip() for name in ("amount", "trial_days", "valid_from")}
    return PriceForm(
        kind=sent.get("kind", FREE),
        currency=sent.get("currency", ""),
        uses=sent.get("uses", EXAMPLE).strip(),
        rows=tuple(
            Row(
                **{
                    name: sent.get(f"{name}-{at}", "").strip()
                    for name in ("up_to", "amount", "per")
                }
            )
            for at in names
        ),
        **text,
    )


def form_of(price: Price, valid_from: date) -> PriceForm:
    """Fill a form in with a price, to begin from it."""
    rows = [
        Row(
            up_to=str(one.up_to) if one.up_to is not None else "",
            amount=decimal_text(one.amount, price.currency),
            per=str(one.per) if one.per > 1 else "",
        )
        for one in price.tiers
    ]
    rows += [Row()] * max(0, ROWS - len(rows))
    return PriceForm(
        kind=price.kind,
        currency=price.currency,
        amount=decimal_text(price.amount, price.currency) if price.kind == PER_MONTH else "",
        trial_days=str(price.trial_days) if price.trial_days else "",
        valid_from=valid_from.isoformat(),
        rows=tuple(rows),
    )


def document_of(form: PriceForm) -> dict[str, Any]:
    """Give the document of a price that a form says.

    Raises:
        InvalidError: naming the controls that will not do; pointers are their names.
    """
    problems: list[Problem] = []
    if form.kind not in KINDS:
        problems.append(Problem("kind", "Choose what it costs by"))
    if form.kind != FREE and form.currency not in PLACES:
        problems.append(Problem("currency", "Choose a currency"))
    if form.kind not in KINDS or form.kind == FREE:
        _refuse(problems)
        return {"kind": FREE}
    document: dict[str, Any] = {"kind": form.kind, "currency": form.currency}
    trial = _whole(problems, "trial_days", form.trial_days or "0", most=TRIAL_DAYS_MAX, least=0)
    if trial:
        document["trial_days"] = trial
    if form.kind == PER_MONTH:
        document["amount"] = _amount(problems, "amount", form.amount, form.currency)
    else:
        document["tiers"] = _tiers(problems, form)
    _refuse(problems)
    return document


def price_in(form: PriceForm) -> Price:
    """Give the price that a form says.

    Raises:
        InvalidError: naming the controls that will not do; pointers are their names.
    """
    try:
        return read_price(document_of(form))
    except InvalidError as error:
        raise InvalidError(
            "The price cannot be set as it is", problems=_at_controls(form, error.problems)
        ) from None


def said_in(form: PriceForm, *, now: datetime) -> tuple[Price, date]:
    """Give the price that a form says, and from which day on it holds.

    Raises:
        InvalidError: naming all controls that will not do at once.
    """
    found: list[Any] = []
    problems: list[Problem] = []
    for read in (lambda: price_in(form), lambda: checked_day(day_in(form), now=now)):
        try:
            found.append(read())
        except InvalidError as error:
            problems += error.problems
    _refuse(problems)
    return found[0], found[1]


def day_in(form: PriceForm) -> date | None:
    """Give from which day on it holds; None where none is said. Raises InvalidError."""
    try:
        return date.fromisoformat(form.valid_from) if form.valid_from else None
    except ValueError:
        problem = Problem("valid_from", "Write a day such as 2026-12-01")
        raise InvalidError(problem.message, problems=[problem]) from None


def example_bill(form: PriceForm) -> str:
    """Say what an example month comes to; "" where the form does not say a price yet."""
    uses = whole_number(form.uses.replace(",", ""), most=UNITS_MAX)
    try:
        price = price_in(form)
    except InvalidError:
        return ""
    if price.kind == FREE:
        return "Nothing is charged, however much it is used."
    if price.kind == PER_MONTH:
        return f"Each month comes to {said(price.amount, price.currency)}, however much it is used."
    if uses is None:
        return ""
    noun = "use" if uses == 1 else "uses"
    verb = "comes" if uses == 1 else "come"
    return f"{uses:,} {noun} in a month {verb} to {said(price.total(uses), price.currency)}."


def _tiers(problems: list[Problem], form: PriceForm) -> list[dict[str, Any]]:
    kept = _kept(form.rows)
    if not kept:
        problems.append(Problem("amount-0", "Write what a use costs"))
    found = []
    for at, row in kept:
        tier: dict[str, Any] = {
            "amount": _amount(problems, f"amount-{at}", row.amount, form.currency),
            "per": _whole(problems, f"per-{at}", row.per or "1", most=UNITS_MAX),
        }
        if row.up_to:
            tier["up_to"] = _whole(problems, f"up_to-{at}", row.up_to, most=UNITS_MAX)
        found.append(tier)
    return found


def _kept(rows: Sequence[Row]) -> list[tuple[int, Row]]:
    return [(at, row) for at, row in enumerate(rows) if not row.is_empty]


def _amount(problems: list[Problem], name: str, text: str, currency: str) -> int:
    if comma := _COMMA.fullmatch(text):
        text = f"{comma[1]}.{comma[2]}"
    try:
        return read_amount(text, currency if currency in PLACES else _FINEST)
    except ValueError as error:
        problems.append(Problem(name, f"Amount: {error}"))
        return 0


def _whole(problems: list[Problem], name: str, text: str, *, most: int, least: int = 1) -> int:
    number = whole_number(text.replace(",", ""), most=most)
    if number is None or number < least:
        problems.append(Problem(name, f"Write a whole number, {least} to {most:,}"))
        return least
    return number


def _at_controls(form: PriceForm, problems: Sequence[Problem]) -> list[Problem]:
    """Say of each problem of the document at which control it is."""
    kept = _kept(form.rows)
    found = []
    for one in problems:
        parts = one.pointer.split("/")
        if len(parts) == 4 and parts[1] == "tiers":  # noqa: PLR2004  /tiers/0/up_to
            at = kept[int(parts[2])][0]
            words = one.message.partition(": ")[2] or one.message
            found.append(Problem(f"{parts[3]}-{at}", f"{words[0].upper()}{words[1:]}"))
        else:
            found.append(Problem(one.pointer.lstrip("/"), one.message))
    return found


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise InvalidError("The price cannot be set as it is", problems=problems)
