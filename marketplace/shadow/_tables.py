"""Shadow runs, and what came of the steps of whoever asked about their own."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Document, Instant, Key, OptionalInstant, TenantOwned, named
from marketplace.shadow.model import ShadowState

LISTING_MAX = 81
VERSION_MAX = 64
DIGEST_MAX = 71
TOLD_MAX = 500
BY_MAX = 200
STEP_MAX = 100


class ShadowRow(TenantOwned, Base):
    """One shadow run; it belongs to who asked for it, a provider or the organisation itself.

    Attributes:
        below: Whether it is of those that a provider looks after; then numbers alone are kept.
        among: The ids of the organisations whose workflows it tries, as text.
        per_step: So many records of each step are tried at most.
        tries: How often a process began it.
        flows_total: How many workflows it goes through; 0 until it began.
        found: By organisation, how many steps came to what, as `marketplace.shadow.model.Counts`.
    """

    __tablename__ = "market_shadow"
    __table_args__ = (
        Index(None, "tenant_id", "digest", "below"),
        Index(None, "state", "made_at"),
    )

    id: Mapped[Key]
    listing_id: Mapped[str] = mapped_column(String(LISTING_MAX))
    version: Mapped[str] = mapped_column(String(VERSION_MAX))
    digest: Mapped[str] = mapped_column(String(DIGEST_MAX))
    below: Mapped[bool]
    among: Mapped[AnyDocument]
    per_step: Mapped[int]
    state: Mapped[ShadowState] = mapped_column(named(ShadowState))
    tries: Mapped[int] = mapped_column(default=0)
    flows_total: Mapped[int] = mapped_column(default=0)
    flows_done: Mapped[int] = mapped_column(default=0)
    found: Mapped[Document]
    told: Mapped[str] = mapped_column(String(TOLD_MAX), default="")
    claimed_until: Mapped[OptionalInstant]
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(BY_MAX))
    ended_at: Mapped[OptionalInstant]


class ShadowStep(TenantOwned, Base):
    """What came of the records of one step; it belongs to the organisation whose step it is.

    There are such rows of its own shadow runs alone, never of a provider's.

    Attributes:
        paths: Where results differ, with how many, the most first; a list of pairs.
        codes: The codes that it fails with, likewise.
    """

    __tablename__ = "market_shadow_step"
    __table_args__ = (UniqueConstraint("shadow_id", "flow_id", "step"),)

    id: Mapped[Key]
    shadow_id: Mapped[UUID] = mapped_column(ForeignKey("market_shadow.id", ondelete="CASCADE"))
    flow_id: Mapped[UUID] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"), index=True)
    step: Mapped[str] = mapped_column(String(STEP_MAX))
    counts: Mapped[Document]
    paths: Mapped[AnyDocument]
    codes: Mapped[AnyDocument]
