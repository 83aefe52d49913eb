"""Roll-outs, who is in them, which versions of workflows they moved, and who stopped them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, OptionalInstant, TenantOwned, named
from marketplace.rollouts.model import MemberState, RolloutState

LISTING_MAX = 81
VERSION_MAX = 64
DIGEST_MAX = 71
TOLD_MAX = 500
BY_MAX = 200
_UNDER_WAY = text("state IN ('running', 'paused', 'going_back')")


class RolloutRow(TenantOwned, Base):
    """One roll-out; it belongs to the provider that does it, and those below it never see it.

    Of a block one is under way at a time for a provider.

    Attributes:
        plan: The document that `marketplace.rollouts.model.read_plan` reads.
        ring: The last ring that has begun, counted from 1.
        ring_since: When it began.
        reason: Why it halted or goes back; "" for neither.
        due_at: When the clock looks at it next; None where it has nothing to do.
    """

    __tablename__ = "market_rollout"
    __table_args__ = (
        Index(None, "tenant_id", "made_at"),
        Index(None, "due_at"),
        Index(
            "uq_market_rollout_under_way",
            "tenant_id",
            "listing_id",
            unique=True,
            sqlite_where=_UNDER_WAY,
            postgresql_where=_UNDER_WAY,
        ),
    )

    id: Mapped[Key]
    listing_id: Mapped[str] = mapped_column(String(LISTING_MAX))
    version: Mapped[str] = mapped_column(String(VERSION_MAX))
    digest: Mapped[str] = mapped_column(String(DIGEST_MAX))
    plan: Mapped[Document]
    state: Mapped[RolloutState] = mapped_column(named(RolloutState))
    ring: Mapped[int]
    ring_since: Mapped[Instant]
    reason: Mapped[str] = mapped_column(String(TOLD_MAX), default="")
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(BY_MAX))
    due_at: Mapped[OptionalInstant]


class RolloutMember(TenantOwned, Base):
    """One organisation in a roll-out; it belongs to the provider, as the roll-out does.

    Attributes:
        told: Why it is kept back or stopped, in numbers and words about the block alone.
        installed: Whether the roll-out installed the version there.
        looked_at: When it was last looked at to be moved.
    """

    __tablename__ = "market_rollout_member"
    __table_args__ = (
        UniqueConstraint("rollout_id", "organisation_id"),
        Index(None, "rollout_id", "state"),
    )

    id: Mapped[Key]
    rollout_id: Mapped[UUID] = mapped_column(ForeignKey("market_rollout.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    ring: Mapped[int]
    state: Mapped[MemberState] = mapped_column(named(MemberState))
    told: Mapped[str] = mapped_column(String(TOLD_MAX), default="")
    installed: Mapped[bool] = mapped_column(default=False)
    moved_at: Mapped[OptionalInstant]
    looked_at: Mapped[OptionalInstant]


class RolloutPin(TenantOwned, Base):
    """What one workflow was pinned to before it was moved; it belongs to the workflow's owner."""

    __tablename__ = "market_rollout_pin"
    __table_args__ = (UniqueConstraint("rollout_id", "flow_id"),)

    id: Mapped[Key]
    rollout_id: Mapped[UUID] = mapped_column(ForeignKey("market_rollout.id", ondelete="CASCADE"))
    flow_id: Mapped[UUID] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"), index=True)
    before_id: Mapped[UUID]
    before_number: Mapped[int]
    after_id: Mapped[UUID]


class RolloutStop(TenantOwned, Base):
    """Roll-outs that an organisation lets nobody move: its own, or those of all below it.

    Attributes:
        listing_id: Of which block; "" for every one.
        below: Whether it holds for all below it, and not for itself.
    """

    __tablename__ = "market_rollout_stop"
    __table_args__ = (UniqueConstraint("tenant_id", "listing_id", "below"),)

    id: Mapped[Key]
    listing_id: Mapped[str] = mapped_column(String(LISTING_MAX))
    below: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(TOLD_MAX))
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(BY_MAX))
