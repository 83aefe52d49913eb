"""The links that prove a person's address or let them choose a new password."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, named
from tenancy._tables import EMAIL_MAX


class LinkKind(Enum):
    """What a link is for."""

    PASSWORD = "password"  # noqa: S105  a word
    ADDRESS = "address"


class PersonLink(Base):
    """One link that was asked for; only its key's digest is kept.

    Not `TenantOwned`: it is a person's.

    Attributes:
        person_id: None where nobody has the address: what is asked for an unknown address leaves
            the same trace, so that nothing tells the two apart.
        email: The address that it goes to.
    """

    __tablename__ = "person_link"
    __table_args__ = (Index(None, "kind", "email", "made_at"), Index(None, "expires_at"))

    id: Mapped[Key]
    kind: Mapped[LinkKind] = mapped_column(named(LinkKind))
    person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str] = mapped_column(String(EMAIL_MAX))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[OptionalInstant]
