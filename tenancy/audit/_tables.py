"""The tables of the audit: its entries, where each chain ends, and how long entries are kept.

In the database triggers refuse that an entry is altered, or dropped while it is kept: see the
migration `20261128_b_audit_kept`.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, TenantOwned

ACTION_MAX = 60
NAME_MAX = 300
DIGEST_LENGTH = 64


class AuditEntry(TenantOwned, Base):
    """One thing that was done in an organisation, or by its people.

    Attributes:
        number: Its place in the organisation's chain, from 1; None until its transaction commits.
        digest: SHA-256 over the digest before and what the entry says; "" until then.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        Index(None, "tenant_id", "action", "number"),
        Index(None, "tenant_id", "at"),
        Index(None, "tenant_id", "by_id", "number"),
        Index(None, "tenant_id", "about_kind", "about_id", "number"),
    )

    id: Mapped[Key]
    number: Mapped[int | None]
    at: Mapped[Instant]
    action: Mapped[str] = mapped_column(String(ACTION_MAX))
    by: Mapped[str] = mapped_column(String(NAME_MAX))
    by_id: Mapped[UUID | None]
    about_kind: Mapped[str] = mapped_column(String(ACTION_MAX))
    about_id: Mapped[str] = mapped_column(String(NAME_MAX))
    about: Mapped[str] = mapped_column(String(NAME_MAX))
    facts: Mapped[Document]
    request_id: Mapped[str] = mapped_column(String(ACTION_MAX))
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))


class AuditChain(TenantOwned, Base):
    """Where an organisation's chain begins and ends.

    Attributes:
        kept_from: The number of the first entry that is still kept.
        begins_with: The digest before that entry; "" at the very beginning.
        last: The number of the last entry, 0 before the first.
        ends_with: The last entry's digest.
    """

    __tablename__ = "audit_chain"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    kept_from: Mapped[int] = mapped_column(default=1)
    begins_with: Mapped[str] = mapped_column(String(DIGEST_LENGTH), default="")
    last: Mapped[int] = mapped_column(default=0)
    ends_with: Mapped[str] = mapped_column(String(DIGEST_LENGTH), default="")


class AuditKeeping(TenantOwned, Base):
    """How many days an organisation keeps its entries, where it chose; at least 90."""

    __tablename__ = "audit_keeping"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    kept_days: Mapped[int]
