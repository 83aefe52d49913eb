"""The table of backtests that people asked for."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import (
    Base,
    Document,
    Instant,
    Key,
    OptionalDocument,
    OptionalInstant,
    TenantOwned,
    named,
)


class BacktestState(StrEnum):
    """How far a backtest is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RuleBacktest(TenantOwned, Base):
    """A rule to be judged over the journal, how far that is, and what came of it.

    `claimed_until` is the end of the lease of the process that does it; it goes on renewing it.
    """

    __tablename__ = "rule_backtest"
    __table_args__ = (Index(None, "rule_id", "made_at"), Index(None, "state", "made_at"))

    id: Mapped[Key]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"))
    document: Mapped[Document]
    since: Mapped[Instant]
    state: Mapped[BacktestState] = mapped_column(named(BacktestState))
    events: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    report: Mapped[OptionalDocument]
    error: Mapped[str] = mapped_column(String(300), default="")
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[OptionalInstant]
    claimed_until: Mapped[OptionalInstant]
    tries: Mapped[int] = mapped_column(Integer, default=0)
