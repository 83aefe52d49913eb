"""The table of polls: what each polled trigger of a workflow has seen, and when it looks next."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalDocument, OptionalInstant, TenantOwned

PROBLEM_MAX = 500


class PollMark(TenantOwned, Base):
    """How far one polled trigger of a live workflow has seen; one row for each.

    `turn` grows by one in the transaction that writes what was seen and starts the runs for it, so
    of two processes that ask at the same moment one alone writes.
    """

    __tablename__ = "poll_mark"
    __table_args__ = (UniqueConstraint("flow_id", "trigger_id"),)

    id: Mapped[Key]
    flow_id: Mapped[UUID] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"))
    trigger_id: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    seen: Mapped[OptionalDocument]
    turn: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Instant] = mapped_column(index=True)
    polled_at: Mapped[OptionalInstant]
    failures: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(String(PROBLEM_MAX), default="")
