"""The table of held alarms."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, TenantOwned

HOLDER_NAME_MAX = 200


class AlarmHold(TenantOwned, Base):
    """One alarm held back by one window or storm; due at `until`, None while that is not known."""

    __tablename__ = "alarm_hold"
    __table_args__ = (
        UniqueConstraint("alarm_id", "holder_id"),
        Index(None, "until"),
        Index(None, "holder_id"),
    )

    id: Mapped[Key]
    alarm_id: Mapped[UUID] = mapped_column(ForeignKey("alarm.id", ondelete="CASCADE"))
    holder: Mapped[str] = mapped_column(String(20))
    holder_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(HOLDER_NAME_MAX))
    since: Mapped[Instant]
    until: Mapped[OptionalInstant]
