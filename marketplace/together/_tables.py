"""What works with what, in numbers."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base
from marketplace.search.model import LISTING_ID_MAX

PORT_MAX = 64


class MarketPair(Base):
    """In how many organisations a block leads to another one.

    No organisation's own: it is a number that names nobody, and no row is kept below `proven.K`
    organisations. Only the rounds write it.

    Attributes:
        port: The port of the first block by which it leads there; "" for any.
    """

    __tablename__ = "market_pair"
    __table_args__ = (Index(None, "to_id"),)

    from_id: Mapped[str] = mapped_column(String(LISTING_ID_MAX), primary_key=True)
    port: Mapped[str] = mapped_column(String(PORT_MAX), primary_key=True)
    to_id: Mapped[str] = mapped_column(String(LISTING_ID_MAX), primary_key=True)
    organisations: Mapped[int]
