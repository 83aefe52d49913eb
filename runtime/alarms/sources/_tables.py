"""The tables beside a source: its mapping's versions, counts, receipts, what it calls itself."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, TenantOwned, UtcDateTime
from runtime.alarms._tables import WHO_MAX
from runtime.alarms.model import NAME_MAX


class SourceMapping(TenantOwned, Base):
    """One version of a source's mapping, with the samples it was made for; never changed."""

    __tablename__ = "source_mapping"
    __table_args__ = (UniqueConstraint("source_id", "version"),)

    id: Mapped[Key]
    source_id: Mapped[UUID] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    document: Mapped[Document]
    sample: Mapped[str] = mapped_column(Text)
    clear_sample: Mapped[str] = mapped_column(Text)
    created_at: Mapped[Instant]
    created_by: Mapped[str] = mapped_column(String(WHO_MAX))


class SourceCount(TenantOwned, Base):
    """How many events of a source came in one span of five minutes; `at` is its start."""

    __tablename__ = "source_count"

    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True
    )
    at: Mapped[Instant] = mapped_column(UtcDateTime(), primary_key=True)
    accepted: Mapped[int] = mapped_column(BigInteger)
    rejected: Mapped[int] = mapped_column(BigInteger)
    duplicates: Mapped[int] = mapped_column(BigInteger)


class SourceReceipt(TenantOwned, Base):
    """That an event with this id was taken, so that a repeated delivery is known."""

    __tablename__ = "source_receipt"
    __table_args__ = (Index("ix_source_receipt_at", "at"),)

    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[Instant]


class SourceSender(TenantOwned, Base):
    """What calls itself something, where that tells whose an alarm is, and no address does."""

    __tablename__ = "source_sender"
    __table_args__ = (UniqueConstraint("tenant_id", "system"),)

    source_id: Mapped[UUID] = mapped_column(
        ForeignKey("source.id", ondelete="CASCADE"), primary_key=True
    )
    system: Mapped[str] = mapped_column(String(NAME_MAX))
