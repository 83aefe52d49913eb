"""The table of what was changed of organisations' states."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, named
from tenancy._tables import REASON_MAX
from tenancy.life_cycle.states import State


class StateChange(Base):
    """One change of the state of an organisation.

    Not `TenantOwned`: the CSP reads it of its customers, who read it of themselves.
    """

    __tablename__ = "organisation_state_change"
    __table_args__ = (Index(None, "organisation_id", "at"),)

    id: Mapped[Key]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    at: Mapped[Instant]
    before: Mapped[State] = mapped_column(named(State))
    after: Mapped[State] = mapped_column(named(State))
    until: Mapped[OptionalInstant]
    reason: Mapped[str] = mapped_column(String(REASON_MAX), default="")
    by: Mapped[str] = mapped_column(String(200), default="")
