"""Trial periods: an organisation's first days with a listing, in which it is charged nothing.

They count from the day of its first install (UTC), that day included, and from nothing else: what
is removed and installed anew, or was in an environment, does not begin again.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from blocks.installs.firsts import first_install_of, note_first
from marketplace.money.prices import Price

TOLD_BEFORE = timedelta(days=3)
"""So long before a trial period ends its organisation is told so."""


def first_charged(price: Price, first_on: date) -> date:
    """Give the first day that is charged by a price, of who first had the listing on a day. Pure.

    >>> first_charged(Price(kind="per_month", trial_days=14), date(2026, 11, 20))
    datetime.date(2026, 12, 4)
    """
    return first_on + timedelta(days=price.trial_days)


def is_charged_on(
    session: Session, price: Price, day: date, *, used_by: UUID, listing_id: str
) -> bool:
    """Tell whether a day is charged by a price, or lies in the trial period of who used it.

    In system scope. Where it is not known when the listing was first had, that is this day.
    """
    if not price.trial_days:
        return True
    first_on = first_install_of(session, used_by, listing_id)
    if first_on is None:
        note_first(session, used_by, listing_id, on=day)
        first_on = day
    return day >= first_charged(price, first_on)
