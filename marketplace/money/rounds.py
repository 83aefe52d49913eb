"""The scheduler's part in money: days are charged, months closed, statements handed over.

Whoever takes over goes on from what the tables say. A day that broke half way is charged again:
its keys see to it that nothing is charged twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, sessionmaker

from blocks.installs._tables import BlockInstall
from blocks.registry import Standing
from kernel.apart import apart
from marketplace.money.charging import Use, charge_month, charge_use
from marketplace.money.closing import charged_until, close_month, months_to_close, note_charged
from marketplace.money.payments import Provider, find_provider, hand_over
from marketplace.money.pricing import first_priced, priced_by_month
from runtime.packs._tables import PackInstall, PackOffer
from runtime.use.of_blocks import Used, block_uses_on
from runtime.use.reading import DAY
from runtime.use.recording import day_of
from tenancy.scope import system

SETTLES_IN = timedelta(hours=1)
"""So long after a day it is charged: what began in its last minute is committed by then."""


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

    def round(self, *, now: datetime) -> None:
        """Do one round: small transactions, a tenant each, and each part for itself."""
        apart("charging", partial(self._charge_days, now=now))
        apart("closing", partial(self._close_months, now=now))
        apart("payments", partial(self._hand_over, now=now))

    def _charge_days(self, *, now: datetime) -> None:
        """Charge the days that are over and settled, the earliest first; stop where one broke."""
        for day in self._days(now=now):
            if not self._charge_day(day, now=now):
                return
            with self._sessions.begin() as session, system(session):
                note_charged(session, day)

    def _days(self, *, now: datetime) -> list[date]:
        """List the days to charge; where none ever was, from when on anything had a price."""
        last = day_of(now - SETTLES_IN) - DAY
        with self._reading() as session, system(session):
            until = charged_until(session)
            first = until + DAY if until is not None else first_priced(session) or now.date()
        return [first + DAY * at for at in range((last - first).days + 1)]

    def _charge_day(self, day: date, *, now: datetime) -> bool:
        """Charge a day for each who used something, or had it; tell whether all went well."""
        with self._reading() as session, system(session):
            used = block_uses_on(session, day)
            had = had_on(session, day)
        done = [
            apart("charge", partial(self._charge_use, one, day, now=now), tenant_id=one.tenant_id)
            for one in used
        ]
        done += [
            apart("charge", partial(self._charge_month, *one, day, now=now), tenant_id=one[0])
            for one in sorted(had)
        ]
        return all(done)

    def _charge_use(self, one: Used, day: date, *, now: datetime) -> None:
        use = Use(
            used_by=one.tenant_id,
            listing_id=one.block_id,
            key=f"use:{one.block_id}:{day}",
            units=one.number,
            day=day,
        )
        with self._sessions.begin() as session:
            charge_use(session, use, now=now)

    def _charge_month(self, tenant_id: UUID, listing_id: str, day: date, *, now: datetime) -> None:
        with self._sessions.begin() as session:
            charge_month(session, tenant_id, listing_id, day=day, now=now)

    def _close_months(self, *, now: datetime) -> None:
        with self._reading() as session, system(session):
            months = months_to_close(session, today=day_of(now))
        for month in months:
            with self._sessions.begin() as session, system(session):
                close_month(session, month, now=now)

    def _hand_over(self, *, now: datetime) -> None:
        provider = self._provider()
        if provider is not None:
            hand_over(self._sessions, provider, now=now)


def had_on(session: Session, day: date) -> set[tuple[UUID, str]]:
    """Give who has what, of all that is priced by the month, since that day or before.

    In system scope. A version that is held, withdrawn or in development is not had, nor is a pack
    that is offered there and that nobody signed.
    """
    priced = priced_by_month(session)
    blocks = session.execute(
        select(BlockInstall.tenant_id, BlockInstall.block_id, BlockInstall.installed_at).where(
            BlockInstall.block_id.in_(priced), BlockInstall.state == Standing.INSTALLED
        )
    )
    offer = (PackOffer.tenant_id == PackInstall.tenant_id, PackOffer.digest == PackInstall.digest)
    rows = session.execute(
        select(
            PackInstall.tenant_id, PackInstall.pack_id, PackInstall.installed_at, PackOffer.signers
        )
        .outerjoin(PackOffer, and_(*offer))
        .where(PackInstall.pack_id.in_(priced))
    )
    packs = [row for row in rows if row.signers != []]
    return {(row[0], row[1]) for row in (*blocks, *packs) if day_of(row[2]) <= day}
