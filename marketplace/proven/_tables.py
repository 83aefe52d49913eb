"""What is counted of each listing, for the search and for pages."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base
from marketplace.search.model import LISTING_ID_MAX


class MarketListingFigure(Base):
    """How many organisations use a listing, and whether the search has to be told anew.

    No organisation's own: it is a number that names nobody. Only services of the marketplace write
    it, from what they counted themselves.

    Attributes:
        organisations: With proven use, of those whose use counts; told from `model.K` on.
        is_due: Something that the search is told of changed since it was told.
    """

    __tablename__ = "market_listing_figure"

    listing_id: Mapped[str] = mapped_column(String(LISTING_ID_MAX), primary_key=True)
    organisations: Mapped[int] = mapped_column(default=0)
    is_due: Mapped[bool] = mapped_column(default=True, index=True)
