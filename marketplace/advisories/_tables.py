"""The table of advisories."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Instant, OptionalInstant, named
from marketplace.advisories.ranges import RANGE_MAX

ADVISORY_ID_MAX = 60
LISTING_MAX = 81
TITLE_MAX = 120
TEXT_MAX = 4_000
VERSION_MAX = 64
WHO_MAX = 200
REFERENCES_MAX = 20
REFERENCE_MAX = 500


class Severity(Enum):
    """How bad it is, the least first; the four words of most such lists."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    CRITICAL = "critical"


class MarketAdvisory(Base):
    """What is wrong with some versions of a block or pack.

    Not `TenantOwned`: whoever has the block installed reads it, wherever it was written. Who writes
    is checked against `owner_id`, or is the vendor. No foreign key leads to the listing: what is
    told of it stays true without it.

    Attributes:
        advisory_id: `acme-2026-0a1b2c3d`: for good, and the same in every installation.
        owner_id: The organisation that publishes the listing; `mirror.origin.MIRRORED` where it
            was written elsewhere.
        affected: Which versions, as `ranges.write_ranges` writes them.
        fixed_in: The version that mends it; "" while there is none.
        references: Addresses where more is to be read.
        written_by: The name of who wrote it, for the audit of its own side; never shown to others.
        withdrawn_at: When it was taken back; `reason` says why.
    """

    __tablename__ = "market_advisory"
    __table_args__ = (Index(None, "owner_id", "published_at"),)

    advisory_id: Mapped[str] = mapped_column(String(ADVISORY_ID_MAX), primary_key=True)
    listing_id: Mapped[str] = mapped_column(String(LISTING_MAX), index=True)
    owner_id: Mapped[UUID]
    severity: Mapped[Severity] = mapped_column(named(Severity))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    text: Mapped[str] = mapped_column(Text)
    affected: Mapped[str] = mapped_column(String(RANGE_MAX))
    fixed_in: Mapped[str] = mapped_column(String(VERSION_MAX), default="")
    references: Mapped[AnyDocument]
    published_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    written_by: Mapped[str] = mapped_column(String(WHO_MAX))
    withdrawn_at: Mapped[OptionalInstant]
    reason: Mapped[str] = mapped_column(Text, default="")
