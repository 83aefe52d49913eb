"""Leaderboards as an organisation may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.leaders._tables import MarketLeader
from marketplace.leaders.model import BEST_RATED, BOARDS, LENGTH
from marketplace.search.finding import find_listing
from marketplace.search.model import Entry
from marketplace.search.seeing import visible_to

SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Leader:
    """A line of a board.

    Attributes:
        place: Among those that the reader sees, from 1; the same where points are.
        points: Damped uses, or what was gained of them; of ratings 0, for `average` says it.
        average: Of the board of ratings, in stars; None of the others.
    """

    place: int
    entry: Entry
    points: int
    average: float | None
    organisations: int


def leaders_of(
    session: Session, tenant_id: UUID, month: str, *, limit: int = SHOWN
) -> Mapping[str, list[Leader]]:
    """Give the boards of a month, each with what an organisation sees of it."""
    visible = visible_to(session, tenant_id)
    rows = session.scalars(
        select(MarketLeader)
        .where(MarketLeader.month == month)
        .order_by(MarketLeader.board, MarketLeader.place, -MarketLeader.organisations,
                  MarketLeader.listing_id)
    ).all()  # fmt: skip
    boards: dict[str, list[Leader]] = {one: [] for one in BOARDS}
    points: dict[str, int] = {}
    for row in rows:
        shown = boards.get(row.board, [])
        entry = find_listing(session, row.listing_id, visible=visible)
        if entry is None:
            continue
        is_equal = bool(shown) and points[row.board] == row.points
        shown.append(
            Leader(
                place=shown[-1].place if is_equal else len(shown) + 1,
                entry=entry,
                points=0 if row.board == BEST_RATED else row.points,
                average=row.points / 1000 if row.board == BEST_RATED else None,
                organisations=row.organisations,
            )
        )
        points[row.board] = row.points
    return {board: lines[: min(limit, LENGTH)] for board, lines in boards.items()}


def months_there(session: Session) -> list[str]:
    """List the months that have boards, the latest first."""
    wanted = select(MarketLeader.month).distinct().order_by(MarketLeader.month.desc())
    return list(session.scalars(wanted))
