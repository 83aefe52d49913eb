"""The table of business calendars."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, TenantOwned
from runtime.calendars.model import NAME_MAX


class CalendarRow(TenantOwned, Base):
    """One business calendar; workflows name it by its name."""

    __tablename__ = "calendar"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    document: Mapped[Document]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]
    updated_by: Mapped[str] = mapped_column(String(200), default="")
