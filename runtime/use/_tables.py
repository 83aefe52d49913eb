"""The tables of use: the facts of the last weeks, and what each day came to."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Date, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, TenantOwned

KEY_MAX = 80
METRIC_MAX = 20
BLOCK_MAX = 81
VERSION_MAX = 64


class UsageFact(TenantOwned, Base):
    """Something that was used, once: `key` names the fact, so that no retry counts it again.

    Attributes:
        day: The day of `at` in UTC.
    """

    __tablename__ = "usage_fact"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    metric: Mapped[str] = mapped_column(String(METRIC_MAX), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_MAX), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class UsageDay(TenantOwned, Base):
    """What a day came to; of something that is there, the most that was seen.

    Attributes:
        is_sealed: Whether its facts are gone, so that it stays as it is.
    """

    __tablename__ = "usage_day"
    __table_args__ = (Index(None, "day"),)

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    metric: Mapped[str] = mapped_column(String(METRIC_MAX), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    is_sealed: Mapped[bool] = mapped_column(default=False)
    added_up_at: Mapped[Instant]


class BlockUse(TenantOwned, Base):
    """One attempt of a step that a block of a package brought to a good end; `key` names it."""

    __tablename__ = "block_use"
    __table_args__ = (
        Index(None, "day", "tenant_id"),
        Index(None, "tenant_id", "block_id", "day"),
    )

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(KEY_MAX), primary_key=True)
    block_id: Mapped[str] = mapped_column(String(BLOCK_MAX))
    version: Mapped[str] = mapped_column(String(VERSION_MAX))
    day: Mapped[date] = mapped_column(Date)


class UsageWarning(TenantOwned, Base):
    """That somebody was warned of a limit, once for each day or month that it counts for."""

    __tablename__ = "usage_warning"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    since: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[Instant]
