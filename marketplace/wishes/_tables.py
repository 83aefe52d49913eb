"""The table of wishes: what an organisation asked its provider for, and what it was answered.

`TenantOwned` by who asked. The provider reads and answers those that are asked of it, and of nobody
else: over the wall, by `provider_id` (`marketplace.wishes.answering`).
"""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, TenantOwned, named

ID_MAX = 81
SUBJECT_MAX = 100
WHO_MAX = 200


class WishState(Enum):
    """What became of a wish."""

    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"


class MarketWish(TenantOwned, Base):
    """One wish of an organisation.

    Attributes:
        provider_id: Of whom it is asked: the nearest above that has a catalogue.
        subject: What wishes for the same have in common; see `marketplace.wishes.words`.
        listing_id: What it is about, where who asked knew its id; "" for none.
        answer: What the provider says, or why it declines.
        offered: The listing that fulfils it; "" for none.
        asked_by_id: Who is mailed the answer; None where nobody is known.
    """

    __tablename__ = "market_wish"
    __table_args__ = (
        Index(None, "provider_id", "state", "subject"),
        Index(None, "tenant_id", "asked_at"),
    )

    id: Mapped[Key]
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(SUBJECT_MAX))
    text: Mapped[str] = mapped_column(Text)
    listing_id: Mapped[str] = mapped_column(String(ID_MAX), default="")
    state: Mapped[WishState] = mapped_column(named(WishState), default=WishState.OPEN)
    asked_at: Mapped[Instant]
    asked_by: Mapped[str] = mapped_column(String(WHO_MAX))
    asked_by_id: Mapped[UUID | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    offered: Mapped[str] = mapped_column(String(ID_MAX), default="")
    answered_at: Mapped[OptionalInstant]
    answered_by: Mapped[str] = mapped_column(String(WHO_MAX), default="")
