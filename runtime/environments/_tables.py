"""The table of promotions: what was brought from one environment to another, and by whose yes."""

from __future__ import annotations

from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Instant, Key, OptionalInstant, TenantOwned, named

NOTE_MAX = 500
WHO_MAX = 200


class PromotionState(Enum):
    """How far a promotion is."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"


class Promotion(TenantOwned, Base):
    """What is or was brought into an organisation from one that it shares environments with.

    Attributes:
        items: What is brought: kind, key, title, version number and digest, as `planning` says;
            look-up tables and calendars with what was seen of them.
        before: What stood here before, so that it can be taken back; whole tables, so that it is
            read only when it is asked for.
    """

    __tablename__ = "promotion"
    __table_args__ = (Index(None, "tenant_id", "asked_at"),)

    id: Mapped[Key]
    from_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    from_name: Mapped[str] = mapped_column(String(120))
    items: Mapped[AnyDocument]
    before: Mapped[AnyDocument] = mapped_column(default=list, deferred=True)
    note: Mapped[str] = mapped_column(String(NOTE_MAX), default="")
    state: Mapped[PromotionState] = mapped_column(named(PromotionState))
    asked_at: Mapped[Instant]
    asked_by: Mapped[str] = mapped_column(String(WHO_MAX))
    asked_key: Mapped[str] = mapped_column(String(40))
    ended_at: Mapped[OptionalInstant]
    ended_by: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    reason: Mapped[str] = mapped_column(String(NOTE_MAX), default="")

    @property
    def versions(self) -> list[dict[str, Any]]:
        """What it brings of workflows, rules and decision tables."""
        return [one for one in self.items if "number" in one]

    @property
    def along(self) -> list[dict[str, Any]]:
        """Which look-up tables and calendars come along."""
        return [one for one in self.items if "seen" in one]
