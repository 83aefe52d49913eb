"""The scheduler's part in figures: all are counted anew every few hours, apart from each other."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.apart import apart
from marketplace.figures._tables import MarketFigure
from marketplace.figures.counting import (
    counted_all,
    counted_ends,
    keep_all,
    keep_ends,
    listings_to_count,
)
from tenancy.scope import system

COUNT_EVERY = timedelta(hours=3)


class FigureRounds:
    """One process's rounds; whoever takes over goes by when was counted last.

    Counting only reads, however long it takes; what it comes to is written in a moment.
    """

    def __init__(self, sessions: sessionmaker[Session], reading: sessionmaker[Session]) -> None:
        self._sessions, self._reading = sessions, reading
        self._counted_at: datetime | None = None

    def round(self, *, now: datetime) -> None:
        """Count where it is time to; what breaks for one listing holds up no other."""
        if self._counted_at is None:
            self._counted_at = self._last()
        if self._counted_at is not None and now < self._counted_at + COUNT_EVERY:
            return
        self._counted_at = now
        apart("figures", partial(self._count, now=now))
        with self._reading() as session, system(session):
            listing_ids = listings_to_count(session)
        for one in listing_ids:
            apart("figures_of_listing", partial(self._count_ends, one, now=now))

    def _last(self) -> datetime | None:
        with self._reading() as session, system(session):
            return session.scalar(select(func.max(MarketFigure.counted_at)))

    def _count(self, *, now: datetime) -> None:
        with self._reading() as session, system(session):
            found = counted_all(session, now=now)
        with self._sessions.begin() as session, system(session):
            keep_all(session, found, now=now)

    def _count_ends(self, listing_id: str, *, now: datetime) -> None:
        with self._reading() as session, system(session):
            found = counted_ends(session, listing_id, now=now)
        with self._sessions.begin() as session, system(session):
            keep_ends(session, listing_id, found, now=now)
