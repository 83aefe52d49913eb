"""The tables of exports that an organisation's admins asked for, and of the pieces of their files.

The file lies in the database: the process that writes it and the one that gives it out may stand on
different machines.
"""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, TenantOwned, named

WHO_MAX = 300
ERROR_MAX = 300


class Stage(Enum):
    """How far an export is."""

    WAITING = "waiting"
    WRITING = "writing"
    READY = "ready"
    FAILED = "failed"
    GONE = "gone"

    @property
    def is_under_way(self) -> bool:
        """Tell whether it still goes on."""
        return self in (Stage.WAITING, Stage.WRITING)


class Archive(TenantOwned, Base):
    """One export that somebody asked for.

    Attributes:
        passphrase_sealed: What its secrets are sealed by, until it is written; None where none is.
        has_secrets: Whether secrets are in it.
        lease_until: Until when the process that writes it is believed to live.
        taken_at: When somebody took the file for the last time.
    """

    __tablename__ = "organisation_archive"

    id: Mapped[Key]
    stage: Mapped[Stage] = mapped_column(named(Stage))
    asked_at: Mapped[Instant]
    asked_by: Mapped[str] = mapped_column(String(WHO_MAX))
    asked_by_id: Mapped[UUID | None]
    passphrase_sealed: Mapped[str | None] = mapped_column(Text)
    has_secrets: Mapped[bool] = mapped_column(default=False)
    rows_done: Mapped[int] = mapped_column(BigInteger, default=0)
    rows_total: Mapped[int] = mapped_column(BigInteger, default=0)
    tries: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[OptionalInstant]
    error: Mapped[str] = mapped_column(String(ERROR_MAX), default="")
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")
    ready_at: Mapped[OptionalInstant]
    expires_at: Mapped[OptionalInstant]
    taken_at: Mapped[OptionalInstant]


class ArchivePiece(TenantOwned, Base):
    """A piece of such a file, by its place in it from 0."""

    __tablename__ = "organisation_archive_piece"

    archive_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation_archive.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
