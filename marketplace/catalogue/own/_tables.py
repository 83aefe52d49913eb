"""The tables of a CSP's own review of its blocks: what was submitted, and who said what.

Both are `TenantOwned` by the CSP: neither the vendor nor its customers see what is looked at.
"""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Instant, Key, OptionalInstant, TenantOwned, named
from marketplace.releases._tables import DIGEST_LENGTH, ID_MAX, VERSION_MAX, WHO_MAX, Verdict


class OwnState(Enum):
    """How far a block of a CSP's own is in its review."""

    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"


class MarketOwnRelease(TenantOwned, Base):
    """A package of a CSP's own that was submitted to its own people, once whatever became of it.

    Attributes:
        words: What is new, as the one who brought it in tells it.
        eyes: How many have to approve, as it was decided when it was submitted.
    """

    __tablename__ = "market_own_release"
    __table_args__ = (UniqueConstraint("tenant_id", "digest"),)

    id: Mapped[Key]
    listing_id: Mapped[str] = mapped_column(String(ID_MAX))
    version: Mapped[str] = mapped_column(String(VERSION_MAX))
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[OwnState] = mapped_column(named(OwnState))
    eyes: Mapped[int]
    submitted_at: Mapped[Instant]
    submitted_by: Mapped[str] = mapped_column(String(WHO_MAX))
    submitted_by_id: Mapped[UUID | None]
    decided_at: Mapped[OptionalInstant]


class MarketOwnVerdict(TenantOwned, Base):
    """What one person of the CSP decided about a package of its own.

    Attributes:
        checklist: The points that were looked at, by name.
    """

    __tablename__ = "market_own_verdict"
    __table_args__ = (UniqueConstraint("release_id", "reviewer_id"),)

    id: Mapped[Key]
    release_id: Mapped[UUID] = mapped_column(
        ForeignKey("market_own_release.id", ondelete="CASCADE")
    )
    reviewer_id: Mapped[UUID]
    reviewer: Mapped[str] = mapped_column(String(WHO_MAX))
    verdict: Mapped[Verdict] = mapped_column(named(Verdict))
    reasons: Mapped[str] = mapped_column(Text, default="")
    checklist: Mapped[AnyDocument]
    decided_at: Mapped[Instant]
