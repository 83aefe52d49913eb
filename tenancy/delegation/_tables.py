"""The grants by which a provider's support acts in a customer, and who wants no break-glass."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, TenantOwned, named
from tenancy.roles import Role

REASON_MAX = 500
NAME_MAX = 200


class GrantKind(Enum):
    """How access comes about: the customer gives it, or two of the provider's people take it."""

    GRANT = "grant"
    BREAK_GLASS = "break_glass"


class GrantState(Enum):
    """How far a grant is; that its time is over is told by the clock, not written."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class SupportGrant(Base):
    """One access of a provider's support to one customer, asked for, given, or taken.

    Not `TenantOwned`: it ties two organisations, and each has to find it.

    Attributes:
        person_id: Who acts by it; None for whoever does support at the provider.
        minutes: How long it holds from the moment it is given.
        decided_by: Who gave, refused or (break-glass) confirmed it.
        decided_by_id: That person.
        ends_at: When it ends; None until it is given.
        seen_at: When the customer looked at a break-glass afterwards.
    """

    __tablename__ = "support_grant"
    __table_args__ = (
        Index(None, "customer_id", "state", "ends_at"),
        Index(None, "provider_id", "state", "ends_at"),
    )

    id: Mapped[Key]
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[GrantKind] = mapped_column(named(GrantKind))
    state: Mapped[GrantState] = mapped_column(named(GrantState))
    role: Mapped[Role] = mapped_column(named(Role))
    minutes: Mapped[int]
    reason: Mapped[str] = mapped_column(String(REASON_MAX))
    asked_at: Mapped[Instant]
    asked_by: Mapped[str] = mapped_column(String(NAME_MAX))
    decided_at: Mapped[OptionalInstant]
    decided_by: Mapped[str] = mapped_column(String(NAME_MAX), default="", server_default="")
    decided_by_id: Mapped[UUID | None]
    ends_at: Mapped[OptionalInstant]
    ended_at: Mapped[OptionalInstant]
    ended_by: Mapped[str] = mapped_column(String(NAME_MAX), default="", server_default="")
    seen_at: Mapped[OptionalInstant]
    seen_by: Mapped[str] = mapped_column(String(NAME_MAX), default="", server_default="")


class BreakGlassPolicy(TenantOwned, Base):
    """That an organisation wants no break-glass; no row where it allows it."""

    __tablename__ = "break_glass_policy"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[Instant]
    by: Mapped[str] = mapped_column(String(NAME_MAX))
