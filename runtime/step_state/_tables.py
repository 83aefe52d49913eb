"""The table of what steps keep from run to run."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Instant, TenantOwned

STEP_MAX = 300
KEY_MAX = 80


class KeptValue(TenantOwned, Base):
    """One value that a step of a workflow keeps; it goes when the workflow does."""

    __tablename__ = "kept_value"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    flow_id: Mapped[UUID] = mapped_column(
        ForeignKey("flow.id", ondelete="CASCADE"), primary_key=True
    )
    step: Mapped[str] = mapped_column(String(STEP_MAX), primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_MAX), primary_key=True)
    value: Mapped[AnyDocument]
    changed_at: Mapped[Instant]
