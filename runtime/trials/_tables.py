"""The tables of what people keep for trying a workflow; no real run and no version reads them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Document, Instant, Key, TenantOwned

STEP_MAX = 80
NAME_MAX = 120
BY_MAX = 200


class PinRow(TenantOwned, Base):
    """What one step of a draft gives in trials instead of being performed."""

    __tablename__ = "pinned_step"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    flow_id: Mapped[UUID] = mapped_column(
        ForeignKey("flow.id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[str] = mapped_column(String(STEP_MAX), primary_key=True)
    port: Mapped[str] = mapped_column(String(80))
    output: Mapped[AnyDocument | None]
    run_id: Mapped[UUID | None]  # no foreign key: the run it is of may be purged before
    pinned_by: Mapped[str] = mapped_column(String(BY_MAX))
    pinned_at: Mapped[Instant]
    used_at: Mapped[Instant]


class RecordedInput(TenantOwned, Base):
    """What a trial of a workflow may be started with, under a name."""

    __tablename__ = "recorded_input"
    __table_args__ = (
        UniqueConstraint("flow_id", "name"),
        Index(None, "tenant_id", "used_at"),
    )

    id: Mapped[Key]
    flow_id: Mapped[UUID] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    trigger_id: Mapped[str] = mapped_column(String(80))
    trigger: Mapped[Document]
    is_default: Mapped[bool] = mapped_column(default=False)
    kept_by: Mapped[str] = mapped_column(String(BY_MAX))
    kept_at: Mapped[Instant]
    used_at: Mapped[Instant]
