"""The tables of storm protection."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, OptionalInstant, TenantOwned

SCOPE_KEY_MAX = 512


class StormProtection(TenantOwned, Base):
    """From which rate on a tenant's alarms are a storm; without a row there is no protection."""

    __tablename__ = "storm_protection"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    id: Mapped[Key]
    document: Mapped[Document]


class StormScope(TenantOwned, Base):
    """The rate of one scope's alarms, and its storm while there is one.

    Attributes:
        scope: tenant, source or site; `key` says which.
        buckets: Alarms by stretch of time, for the rate.
        storm_id: The storm under way; None while it is calm.
        told_at: When the summary was last written.
        due_at: When to look at the rate again though nothing comes.
    """

    __tablename__ = "storm_scope"
    __table_args__ = (UniqueConstraint("tenant_id", "scope", "key"), Index(None, "due_at"))

    id: Mapped[Key]
    scope: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(SCOPE_KEY_MAX))
    buckets: Mapped[Document]
    seen_at: Mapped[Instant]
    storm_id: Mapped[UUID | None]
    began_at: Mapped[OptionalInstant]
    told_at: Mapped[OptionalInstant]
    due_at: Mapped[OptionalInstant]
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    severities: Mapped[Document]
    objects: Mapped[Document]
