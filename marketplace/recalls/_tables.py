"""Recalls, those they reached, and the runs that were under way then."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Instant, Key, TenantOwned

LISTING_MAX = 81
VERSION_MAX = 64
DIGEST_MAX = 71
REASON_MAX = 200
BY_MAX = 200


class RecallRow(TenantOwned, Base):
    """One recall; it belongs to the provider that did it.

    Attributes:
        replacement: The digest of the version that is rolled out in its place; "" for none.
        announcement_id: What those below were told by; None where nobody below had it.
        not_done: What of that which comes with it could not be done, and why, a sentence each;
            None for nothing.
    """

    __tablename__ = "market_recall"
    __table_args__ = (UniqueConstraint("tenant_id", "digest"),)

    id: Mapped[Key]
    listing_id: Mapped[str] = mapped_column(String(LISTING_MAX))
    version: Mapped[str] = mapped_column(String(VERSION_MAX))
    digest: Mapped[str] = mapped_column(String(DIGEST_MAX))
    reason: Mapped[str] = mapped_column(String(REASON_MAX))
    lets_finish: Mapped[bool]
    replacement: Mapped[str] = mapped_column(String(DIGEST_MAX), default="")
    announcement_id: Mapped[UUID | None]  # no foreign key: it may be deleted before
    not_done: Mapped[AnyDocument | None]
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(BY_MAX))


class RecallReach(TenantOwned, Base):
    """That a recall reached an organisation, in whose rows it reads of it.

    It says all that is to be read there, for the recall itself is the provider's.
    """

    __tablename__ = "market_recall_reach"
    __table_args__ = (UniqueConstraint("recall_id", "tenant_id"),)

    id: Mapped[Key]
    recall_id: Mapped[UUID] = mapped_column(ForeignKey("market_recall.id", ondelete="CASCADE"))
    listing_id: Mapped[str] = mapped_column(String(LISTING_MAX))
    version: Mapped[str] = mapped_column(String(VERSION_MAX))
    reason: Mapped[str] = mapped_column(String(REASON_MAX))
    lets_finish: Mapped[bool]
    made_at: Mapped[Instant]


class RecallRun(TenantOwned, Base):
    """A run that was under way when a version that it uses was recalled; of the run's owner."""

    __tablename__ = "market_recall_run"
    __table_args__ = (
        UniqueConstraint("recall_id", "run_id"),
        Index(None, "tenant_id", "recall_id"),
    )

    id: Mapped[Key]
    recall_id: Mapped[UUID] = mapped_column(ForeignKey("market_recall.id", ondelete="CASCADE"))
    run_id: Mapped[UUID]  # no foreign key: a run may be let go of, and is told as that
    flow_id: Mapped[UUID]
