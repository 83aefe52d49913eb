"""Tables of ratings: what everybody reads of one, whose it is, and what was reported of it.

What everybody reads names no organisation unless it chose to sign; whose a rating is stands in a
row of that organisation's own, behind its wall, and only the rounds read it across tenants.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, TenantOwned
from marketplace.search.model import LISTING_ID_MAX

VERSION_MAX = 64
NAME_MAX = 120
WORD_MAX = 40
WHO_MAX = 200
REASON_MAX = 500


class MarketRatingOwn(TenantOwned, Base):
    """That the tenant rated a listing: one rating for each organisation and listing."""

    __tablename__ = "market_rating_own"
    __table_args__ = (UniqueConstraint("tenant_id", "listing_id"),)

    id: Mapped[Key]
    listing_id: Mapped[str] = mapped_column(String(LISTING_ID_MAX))
    given_by: Mapped[str] = mapped_column(String(WHO_MAX))


class MarketRating(Base):
    """A rating as everybody who sees the listing reads it; it goes with the row of whose it is.

    No organisation's own: it is there to be read by others. Its writer is checked by
    `ratings.giving`, its answerer by `ratings.answering`, its hider by `ratings.reporting`.

    Attributes:
        own_id: The row that says whose it is.
        version: The version that was used last when it was given.
        told_as: The kind of organisation, in words; it is shown where nothing is signed.
        signed_as: The organisation's name where it chose to sign; "" else.
        is_counted: Whether it goes into the average: whose it is was no relative of the publisher's
            when it was last looked at.
        changed_at: When stars or words were last changed; `rated_at` is when it was first given.
        hidden_because: The reviewers' reason; "" while it is shown.
    """

    __tablename__ = "market_rating"
    __table_args__ = (Index(None, "listing_id", "changed_at"),)

    id: Mapped[Key]
    own_id: Mapped[UUID] = mapped_column(
        ForeignKey("market_rating_own.id", ondelete="CASCADE"), unique=True
    )
    listing_id: Mapped[str] = mapped_column(String(LISTING_ID_MAX))
    version: Mapped[str] = mapped_column(String(VERSION_MAX))
    stars: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    told_as: Mapped[str] = mapped_column(String(WORD_MAX))
    signed_as: Mapped[str] = mapped_column(String(NAME_MAX))
    is_counted: Mapped[bool]
    rated_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[OptionalInstant]
    hidden_because: Mapped[str] = mapped_column(String(REASON_MAX), default="")
    hidden_at: Mapped[OptionalInstant] = mapped_column(index=True)


class MarketRatingReport(TenantOwned, Base):
    """That the tenant finds a rating unfit to be shown; reviewers read why, never who said so."""

    __tablename__ = "market_rating_report"
    __table_args__ = (UniqueConstraint("tenant_id", "rating_id"),)

    id: Mapped[Key]
    rating_id: Mapped[UUID] = mapped_column(
        ForeignKey("market_rating.id", ondelete="CASCADE"), index=True
    )
    reason: Mapped[str] = mapped_column(String(REASON_MAX))
    reported_at: Mapped[Instant]
    reported_by: Mapped[str] = mapped_column(String(WHO_MAX))
    settled_at: Mapped[OptionalInstant] = mapped_column(index=True)
