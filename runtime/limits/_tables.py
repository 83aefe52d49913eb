"""The table of limits: a row for each tenant that has others than the installation's."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, TenantOwned


class TenantLimits(TenantOwned, Base):
    """One tenant's overrides, by the limit's name; the rest is as the installation says."""

    __tablename__ = "tenant_limits"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    overrides: Mapped[Document]
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(200))
