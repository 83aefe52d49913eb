"""The boards of a month, counted by the rounds from what was used and how listings are rated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import delete
from sqlalchemy.orm import Session

from marketplace.leaders._tables import MarketLeader
from marketplace.leaders.model import (
    BEST_RATED,
    MOST_USED,
    RISING,
    WINDOW_DAYS,
    Line,
    Used,
    best_rated,
    most_used,
    rising,
)
from marketplace.money.months import first_day, last_day, month_of
from marketplace.proven.reading import Used as AllUsed
from marketplace.proven.reading import stat_of
from marketplace.proven.standing import Everybody
from runtime.use.reading import DAY


def boards_of(
    used: AllUsed,
    everyone: Everybody,
    ratings: Mapping[str, Sequence[int]],
    *,
    month: str,
    until: date,
) -> dict[str, list[Line]]:
    """Make the boards of a month as they are at the end of a day, or of the month."""
    last = min(until, last_day(month))
    rows = list(_rows(used, first=first_day(month), last=last))
    return {
        MOST_USED: most_used(rows, everyone.counts),
        BEST_RATED: best_rated(ratings),
        RISING: rising(rows, everyone.counts),
    }


def months_due(until: date) -> list[str]:
    """Name the months whose boards are made at the end of a day.

    The one before is among them in a month's first days, so that a round that did not come about
    on its last day is made good; then it stays as it is.

    >>> months_due(date(2026, 11, 28)), months_due(date(2026, 12, 2))
    (['2026-11'], ['2026-11', '2026-12'])
    """
    return sorted({month_of(until - DAY * 3), month_of(until)})


def keep_boards(session: Session, month: str, boards: Mapping[str, Sequence[Line]]) -> None:
    """Keep the boards of a month in the place of those it had."""
    session.execute(delete(MarketLeader).where(MarketLeader.month == month))
    session.add_all(
        MarketLeader(
            month=month,
            board=board,
            listing_id=one.listing_id,
            place=one.place,
            points=one.points,
            organisations=one.organisations,
        )
        for board, lines in boards.items()
        for one in lines
    )
    session.flush()


def _rows(used: AllUsed, *, first: date, last: date) -> Iterable[Used]:
    middle = last - DAY * WINDOW_DAYS
    start = middle - DAY * WINDOW_DAYS
    for (organisation_id, listing_id), days in used.items():
        in_month = stat_of(days, since=first, until=last)
        lately = stat_of(days, since=min(first, start + DAY), until=last)
        yield Used(
            organisation_id=organisation_id,
            listing_id=listing_id,
            is_proven=lately.is_proven,
            uses=in_month.uses if in_month.is_proven else 0,
            late=stat_of(days, since=middle + DAY, until=last).uses,
            early=stat_of(days, since=start + DAY, until=middle).uses,
        )
