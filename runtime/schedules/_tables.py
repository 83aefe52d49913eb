"""The table of schedules' marks: how far each schedule was dealt with."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, TenantOwned

PROBLEM_MAX = 500


class ScheduleMark(TenantOwned, Base):
    """How far one schedule of a live workflow was dealt with; one row for each.

    `until` moves on in the transaction that starts the run, so no firing happens twice or is lost.
    """

    __tablename__ = "schedule_mark"
    __table_args__ = (UniqueConstraint("flow_id", "trigger_id"),)

    id: Mapped[Key]
    flow_id: Mapped[UUID] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"))
    trigger_id: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    until: Mapped[Instant]
    fired_at: Mapped[OptionalInstant]
    problem: Mapped[str] = mapped_column(String(PROBLEM_MAX), default="")
