"""The table of maintenance windows."""

from __future__ import annotations

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Document, Instant, Key, OptionalInstant, TenantOwned

NAME_MAX = 120
RRULE_MAX = 500
UID_MAX = 300


class WindowRow(TenantOwned, Base):
    """One window: its first time, how it comes again, and what it is about.

    Attributes:
        skipped: Starts of times that do not take place, as text.
        cuts: Ends of times that were ended early, by their start.
        until_at: When the last time ends; None for one that comes again for ever.
        uid: What its calendar calls it, "" for one made here.
    """

    __tablename__ = "maintenance_window"
    __table_args__ = (
        Index(None, "tenant_id", "until_at"),
        Index(None, "tenant_id", "uid"),
    )

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    note: Mapped[str] = mapped_column(Text, default="")
    zone: Mapped[str] = mapped_column(String(60))
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    rrule: Mapped[str] = mapped_column(String(RRULE_MAX), default="")
    skipped: Mapped[AnyDocument]
    cuts: Mapped[Document]
    scope: Mapped[Document]
    suppresses: Mapped[bool]
    until_at: Mapped[OptionalInstant]
    uid: Mapped[str] = mapped_column(String(UID_MAX), default="")
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[Instant]
    updated_by: Mapped[str] = mapped_column(String(200), default="")
