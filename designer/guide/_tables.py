"""The table of who put the first steps away."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, TenantOwned


class GuideAway(TenantOwned, Base):
    """A person who does not want to see the first steps in an organisation any more."""

    __tablename__ = "guide_away"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[Instant]
