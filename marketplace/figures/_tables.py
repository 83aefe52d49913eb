"""The table of figures: what listings come to over all organisations, and nobody's by itself."""

from __future__ import annotations

from enum import Enum

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, named

ID_MAX = 81
ABOUT_MAX = 64


class What(Enum):
    """What was counted."""

    HAD = "had"
    USED = "used"
    ENDED = "ended"


class MarketFigure(Base):
    """One number of a listing, over enough organisations that it tells of none of them.

    Not `TenantOwned`: it is nobody's own, and names nobody. A number of too few organisations is
    not kept at all.

    Attributes:
        about: HAD: a version, or "" for any; USED: a month (`2026-11`); ENDED: a version.
        organisations: How many are behind it, the publisher's own left out.
        number: HAD: as `organisations`; USED: steps that came to a good end; ENDED: steps over.
        failed: ENDED: how many of them failed; else 0.
    """

    __tablename__ = "market_figure"

    listing_id: Mapped[str] = mapped_column(String(ID_MAX), primary_key=True)
    what: Mapped[What] = mapped_column(named(What), primary_key=True)
    about: Mapped[str] = mapped_column(String(ABOUT_MAX), primary_key=True)
    organisations: Mapped[int]
    number: Mapped[int] = mapped_column(BigInteger)
    failed: Mapped[int] = mapped_column(BigInteger, default=0)
    counted_at: Mapped[Instant]
