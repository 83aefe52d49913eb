"""The scheduler's part in what the marketplace learns from use.

Once a day, when the day before is over for an hour, all that was used is counted: who uses what,
whose ratings count, leaderboards, and what works with what. The search is told of each listing of
which something changed within minutes. All of it is counted anew from what is there, so a round
that breaks is made good by the next.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session, sessionmaker

from kernel.apart import apart
from marketplace.leaders.counting import boards_of, keep_boards, months_due
from marketplace.proven.figures import count_users, due_listings, keep_users
from marketplace.proven.model import KEPT_DAYS
from marketplace.proven.reading import used_on
from marketplace.proven.standing import everybody
from marketplace.ratings.reading import counts_of
from marketplace.ratings.recounting import recount, tell_search
from marketplace.together.learning import keep, learn
from runtime.use.reading import DAY
from runtime.use.recording import day_of
from tenancy.scope import system

SETTLES_IN = timedelta(hours=1)
"""So long after a day it is counted: what began in its last minute is committed by then."""
BITE = 200
"""The search is told of so many listings in a round."""


class NetworkRounds:
    """One process's rounds; a process that took over counts once at its first."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        reading: sessionmaker[Session],
        *,
        may_go_on: Callable[[], bool] = lambda: True,
    ) -> None:
        self._sessions, self._reading, self._may_go_on = sessions, reading, may_go_on
        self._counted: date | None = None

    def round(self, *, now: datetime) -> None:
        """Count what is over, and tell the search what changed."""
        until = day_of(now - SETTLES_IN) - DAY
        if self._counted != until:
            parts = (
                apart("use_counted", partial(self._count_use, until)),
                apart("pairs_learned", self._learn),
            )
            self._counted = until if all(parts) else None
        apart("search_told", partial(self._tell, now=now))

    def _count_use(self, until: date) -> None:
        """Count who uses what, whose ratings count, and the boards of the month."""
        since = until - DAY * (KEPT_DAYS - 1)
        days = [since + DAY * at for at in range(KEPT_DAYS)]
        with self._reading() as session, system(session):
            everyone, used = everybody(session), used_on(session, days)
        if not self._may_go_on():
            return
        with self._sessions.begin() as session, system(session):
            recount(session, everyone)
            keep_users(session, count_users(used, everyone, since=since, until=until))
            ratings = counts_of(session)
            for month in months_due(until):
                boards = boards_of(used, everyone, ratings, month=month, until=until)
                keep_boards(session, month, boards)

    def _learn(self) -> None:
        with self._reading() as session, system(session):
            everyone = everybody(session)
        told = learn(self._reading, everyone)
        if self._may_go_on():
            with self._sessions.begin() as session:
                keep(session, told)

    def _tell(self, *, now: datetime) -> None:
        """Tell the search, a listing in each transaction."""
        with self._reading() as session:
            due = due_listings(session, limit=BITE)
        for one in due:
            apart("listing_told", partial(self._tell_of, one, now=now))

    def _tell_of(self, listing_id: str, *, now: datetime) -> None:
        with self._sessions.begin() as session:
            tell_search(session, listing_id, now=now)
