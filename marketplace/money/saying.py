"""Prices in words, as pages show them. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from marketplace.money.asking import PriceAsked, TrialPeriod
from marketplace.money.currencies import said
from marketplace.money.prices import FREE, PER_MONTH, Price, Tier


def day_words(day: date) -> str:
    """Write a day as people do.

    >>> day_words(date(2026, 12, 3))
    '3 Dec 2026'
    """
    return f"{day.day} {day:%b %Y}"


def price_words(price: Price) -> str:
    """Write a price in a sentence's part, with its trial period.

    >>> tiers = (Tier(up_to=1000, amount=0), Tier(up_to=None, amount=5, per=10))
    >>> price_words(Price(kind="per_use", currency="EUR", tiers=tiers))
    'the first 1,000 uses of a month free, then EUR 0.05 for every 10 uses'
    """
    if price.kind == FREE:
        return "free"
    if price.kind == PER_MONTH:
        words = f"{said(price.amount, price.currency)} a month" if price.amount else "free"
    else:
        words = ", ".join(tier_words(price))
    return f"{words}; the first {days(price.trial_days)} free" if price.trial_days else words


def price_sentence(price: Price) -> str:
    """Write a price as a sentence begins.

    >>> price_sentence(Price())
    'Free'
    """
    words = price_words(price)
    return f"{words[0].upper()}{words[1:]}"


def tier_words(price: Price) -> list[str]:
    """Write each tier of a price by use."""
    found: list[str] = []
    before = 0
    for one in price.tiers:
        found.append(_tier(one, before, price.currency))
        before = one.up_to or before
    return found


def days(number: int) -> str:
    """Write a number of days.

    >>> days(1), days(14)
    ('day', '14 days')
    """
    return "day" if number == 1 else f"{number} days"


def trial_words(trial: TrialPeriod) -> str:
    """Say how long somebody has it for nothing."""
    if trial.last_day is None:
        return f"Free for your first {days(trial.days)}, from its first install on"
    if not trial.days_left:
        return f"Your trial period ended on {day_words(trial.last_day)}"
    left = "today is its last day" if trial.days_left == 1 else f"{trial.days_left} days left"
    return f"Your trial period lasts until {day_words(trial.last_day)}: {left}"


def short_words(asked: PriceAsked) -> str:
    """Say what an organisation pays today, as short as on a card."""
    if not asked.is_charged and asked.now.kind != FREE:
        return "Not charged here"
    return price_short(asked.now)


def price_short(price: Price) -> str:
    """Write a price as short as it can be told: of tiers the dearest.

    >>> tiers = (Tier(up_to=100, amount=0), Tier(up_to=None, amount=5, per=10))
    >>> price_short(Price(kind="per_use", currency="EUR", tiers=tiers))
    'Up to EUR 0.05 for every 10 uses'
    """
    if price.is_free:
        return "Free"
    if price.kind == PER_MONTH:
        return price_sentence(replace(price, trial_days=0))
    each = _each(max(price.tiers, key=lambda one: one.amount / one.per), price.currency)
    return f"Up to {each}" if len(price.tiers) > 1 else each


def agreed_words(asked: PriceAsked) -> str:
    """Say in one phrase which prices somebody agrees to: what holds, and what will."""
    is_over = asked.trial is not None and not asked.trial.days_left
    now = replace(asked.now, trial_days=0) if is_over else asked.now
    comes = (f"from {day_words(one.valid_from)}: {price_words(one.price)}" for one in asked.comes)
    return "; ".join((price_words(now), *comes))


def asked_words(asked: PriceAsked) -> list[str]:
    """Say what an organisation pays, now and later, and until when it pays nothing."""
    now = asked.now if asked.trial is None else replace(asked.now, trial_days=0)
    found = [price_sentence(now)]
    if asked.trial is not None:
        found.append(trial_words(asked.trial))
    found += [f"From {day_words(one.valid_from)}: {price_words(one.price)}" for one in asked.comes]
    if not asked.is_charged and asked.now.kind != FREE:
        found.append("You are charged nothing here")
    return found


def _each(one: Tier, currency: str) -> str:
    amount = said(one.amount, currency)
    return f"{amount} for every {one.per:,} uses" if one.per > 1 else f"{amount} a use"


def _tier(one: Tier, before: int, currency: str) -> str:
    each = _each(one, currency)
    cost = each if one.amount else "free"
    if one.up_to is None:
        return f"then {cost}" if before else cost
    if before:
        return f"{cost} up to {one.up_to:,}"
    return f"the first {one.up_to:,} uses of a month {'free' if not one.amount else 'for ' + each}"
