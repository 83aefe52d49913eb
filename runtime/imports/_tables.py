"""The table of files that were read and shown before anything changes."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import (
    AnyDocument,
    Base,
    Document,
    Instant,
    Key,
    OptionalDocument,
    OptionalInstant,
    TenantOwned,
)
from runtime.imports.reading import ORIGIN_MAX


class StagedImport(TenantOwned, Base):
    """A file that was read and shown.

    Attributes:
        kind: What it changes: "inventory", "services".
        origin: What its reader calls it; told apart by it, later files say what is gone.
        document: What it says, until it is applied.
    """

    __tablename__ = "staged_import"
    __table_args__ = (Index(None, "tenant_id", "kind", "id"),)

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(String(ORIGIN_MAX))
    format: Mapped[str] = mapped_column(String(40))
    document: Mapped[OptionalDocument]
    problems: Mapped[AnyDocument]
    counts: Mapped[Document]
    created_at: Mapped[Instant]
    created_by: Mapped[str] = mapped_column(String(200))
    applied_at: Mapped[OptionalInstant]
