"""The table of pictures of listings."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key

ID_MAX = 81
WORDS_MAX = 300
WHO_MAX = 200


class MarketPicture(Base):
    """One picture of a listing; made anew when it came, so that nothing of the file is left.

    Not `TenantOwned`: once the listing is public everybody sees it. Who writes it is checked
    against the listing's owner. No foreign key leads to the listing, which is another part's.

    Attributes:
        place: Its turn among the listing's, from 0.
        words: What it shows, for who does not see it.
        content: A WebP.
    """

    __tablename__ = "market_picture"
    __table_args__ = (UniqueConstraint("listing_id", "place"),)

    id: Mapped[Key]
    listing_id: Mapped[str] = mapped_column(String(ID_MAX))
    owner_id: Mapped[UUID]
    place: Mapped[int]
    words: Mapped[str] = mapped_column(String(WORDS_MAX))
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[Instant]
    added_by: Mapped[str] = mapped_column(String(WHO_MAX))
