"""The scheduler's part in money: days are charged, months closed, statements handed over.

Whoever takes over goes on from what the tables say. A day that broke half way is charged again,
and what of it broke by itself: keys see to it that nothing is charged twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session, sessionmaker

from kernel.apart import apart
from marketplace.money.charging import Use, charge_month, charge_use
from marketplace.money.closing import charged_until, close_month, months_to_close, note_charged
from marketplace.money.due import (
    Due,
    due_on,
    forget_missed,
    list_missed,
    note_missed,
    note_tried,
)
from marketplace.money.payments import Provider, find_provider, hand_over
from marketplace.money.prices import PER_MONTH
from marketplace.money.pricing import first_priced
from marketplace.money.telling import priced_since, tell_of
from runtime.use.reading import DAY
from runtime.use.recording import day_of
from tenancy.scope import system

SETTLES_IN = timedelta(hours=1)
"""So long after a day it is charged: what began in its last minute is committed by then."""
A_ROUND = 100
"""So much of what broke is tried again in a round."""


class MoneyRounds:
    """One process's rounds."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        reading: sessionmaker[Session],
        *,
        provider: Callable[[], Provider | None] = find_provider,
    ) -> None:
        self._sessions, self._reading, self._provider = sessions, reading, provider
        self._told_on: date | None = None

    def round(self, *, now: datetime) -> None:
        """Charge and close: small transactions, a tenant each, and each part for itself."""
        apart("prices_told", partial(self._tell_search, now=now))
        apart("charging_again", partial(self._charge_missed, now=now))
        apart("charging", partial(self._charge_days, now=now))
        apart("closing", partial(self._close_months, now=now))

    def _tell_search(self, *, now: datetime) -> None:
        """Let listings be found by the prices that came to hold; all of them at the first round."""
        today = day_of(now)
        if self._told_on == today:
            return
        with self._reading() as session:
            listings = priced_since(session, self._told_on, until=today)
        told = [apart("price_told", partial(self._tell_of, one, now=now)) for one in listings]
        if all(told):
            self._told_on = today

    def _tell_of(self, listing_id: str, *, now: datetime) -> None:
        with self._sessions.begin() as session:
            tell_of(session, listing_id, now=now)

    def _charge_missed(self, *, now: datetime) -> None:
        """Charge what broke before, each by itself."""
        with self._reading() as session:
            missed = list_missed(session, limit=A_ROUND)
        for one in missed:
            self._charge_again(one, now=now)

    def _charge_days(self, *, now: datetime) -> None:
        """Charge the days that are over and settled, the earliest first."""
        for day in self._days(now=now):
            self._charge_day(day, now=now)

    def _days(self, *, now: datetime) -> list[date]:
        """List the days to charge; where none ever was, from when on anything had a price."""
        last = day_of(now - SETTLES_IN) - DAY
        with self._reading() as session, system(session):
            until = charged_until(session)
            first = until + DAY if until is not None else first_priced(session) or now.date()
        return [first + DAY * at for at in range((last - first).days + 1)]

    def _charge_day(self, day: date, *, now: datetime) -> None:
        """Charge a day for each who used something, or had it; note what of it broke."""
        with self._reading() as session, system(session):
            due = due_on(session, day)
        missed = [
            one
            for one in due
            if not apart("charge", partial(self._charge, one, now=now), tenant_id=one.used_by)
        ]
        with self._sessions.begin() as session, system(session):
            note_missed(session, missed, now=now)
            note_charged(session, day)

    def _charge(self, one: Due, *, now: datetime) -> None:
        with self._sessions.begin() as session:
            charge(session, one, now=now)

    def _charge_again(self, one: Due, *, now: datetime) -> None:
        """Charge what broke, and forget that it did; or let it wait for its next turn."""

        def again() -> None:
            with self._sessions.begin() as session:
                charge(session, one, now=now)
                forget_missed(session, one)

        if not apart("charge_again", again, tenant_id=one.used_by):
            with self._sessions.begin() as session:
                note_tried(session, one, now=now)

    def _close_months(self, *, now: datetime) -> None:
        with self._reading() as session, system(session):
            months = months_to_close(session, today=day_of(now))
        for month in months:
            with self._sessions.begin() as session, system(session):
                close_month(session, month, now=now)

    def hand_over(self, *, now: datetime) -> None:
        """Hand statements to the payment provider; by itself, for it may keep one waiting."""
        provider = self._provider()
        if provider is not None:
            hand_over(self._sessions, provider, now=now)


def charge(session: Session, one: Due, *, now: datetime) -> None:
    """Charge what is due, under a key that is the same however often it is tried."""
    if one.kind == PER_MONTH:
        charge_month(session, one.used_by, one.listing_id, day=one.day, now=now)
        return
    key = f"use:{one.listing_id}:{one.day}"
    use = Use(used_by=one.used_by, listing_id=one.listing_id, key=key, units=one.units, day=one.day)
    charge_use(session, use, now=now)
