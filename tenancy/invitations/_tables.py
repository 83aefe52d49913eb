"""The table of invitations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, TenantOwned
from tenancy._tables import EMAIL_MAX

_OPEN = "accepted_at IS NULL AND revoked_at IS NULL"


class Invitation(TenantOwned, Base):
    """Somebody who may become a member; open until it is accepted or taken back.

    Attributes:
        digest: SHA-256 of the link's key, which is kept nowhere.
        is_mailed: The key went to the address alone, so whoever has it reads that address's mail.
        sends: How often a link was made for it.
        accepted_by: The person who became a member by it.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "uq_invitation_open",
            "tenant_id",
            "email",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
    )

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(EMAIL_MAX))
    role: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    is_mailed: Mapped[bool] = mapped_column(default=False)
    days: Mapped[int]
    sends: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(300))
    link_made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    accepted_at: Mapped[OptionalInstant]
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    revoked_at: Mapped[OptionalInstant]


def holds_at(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Give the clauses that find the invitations that can be accepted still."""
    return (
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now,
    )


def still_holds(one: Invitation, now: datetime) -> bool:
    """Tell of one what `holds_at` finds."""
    return one.accepted_at is None and one.revoked_at is None and one.expires_at > now
