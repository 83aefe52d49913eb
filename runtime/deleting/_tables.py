"""The table of deletions: what was asked for, how far each is, and the certificate it left."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, OptionalInstant, TenantOwned, named
from kernel.ids import SLUG_MAX
from runtime.deleting.model import Stage
from tenancy._tables import NAME_MAX, REASON_MAX

_OPEN = text("stage IN ('asked', 'under_way')")
WHO_MAX = 300


class Deletion(TenantOwned, Base):
    """One deletion of an organisation; the tenant is the one that it stood under.

    Attributes:
        organisation_id: Which one; no foreign key, since it is gone afterwards.
        work: What there was, and how many rows of each table are deleted by now; each bite writes
            it in the transaction in which it deletes: a killed process loses and repeats nothing.
        certificate: The document as its digest is made of it; "" until it is finished.
    """

    __tablename__ = "deletion"
    __table_args__ = (
        Index(None, "tenant_id", "asked_at"),
        Index(
            "uq_deletion_open",
            "organisation_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: Mapped[Key]
    organisation_id: Mapped[UUID]
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    slug: Mapped[str] = mapped_column(String(SLUG_MAX))
    kind: Mapped[str] = mapped_column(String(40))
    stage: Mapped[Stage] = mapped_column(named(Stage))
    reason: Mapped[str] = mapped_column(String(REASON_MAX))
    asked_at: Mapped[Instant]
    asked_by: Mapped[str] = mapped_column(String(WHO_MAX))
    due_at: Mapped[Instant]
    cancelled_at: Mapped[OptionalInstant]
    cancelled_by: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    begun_at: Mapped[OptionalInstant]
    finished_at: Mapped[OptionalInstant]
    problem: Mapped[str] = mapped_column(String(1_000), default="")
    work: Mapped[Document]
    certificate: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
