"""The leaderboards of each month."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base
from marketplace.money.months import MONTH_LENGTH
from marketplace.search.model import LISTING_ID_MAX

BOARD_MAX = 20


class MarketLeader(Base):
    """One line of a leaderboard of a month.

    No organisation's own: it is numbers that name nobody, of at least `proven.K` organisations.
    Only the rounds write it, and a month that is over stays as it was.

    Attributes:
        month: Such as 2026-11.
        place: From 1; lines with the same points have the same.
        points: What it is ordered by; of ratings the average times a thousand.
        organisations: How many stand behind it.
    """

    __tablename__ = "market_leader"

    month: Mapped[str] = mapped_column(String(MONTH_LENGTH), primary_key=True)
    board: Mapped[str] = mapped_column(String(BOARD_MAX), primary_key=True)
    listing_id: Mapped[str] = mapped_column(String(LISTING_ID_MAX), primary_key=True)
    place: Mapped[int]
    points: Mapped[int]
    organisations: Mapped[int]
