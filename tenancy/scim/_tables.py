"""What a directory said of people, kept beside their membership."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, TenantOwned
from tenancy._tables import EMAIL_MAX

EXTERNAL_MAX = 254


class ScimUser(TenantOwned, Base):
    """One user of a directory; a member that no directory ever wrote has no row.

    The id of somebody who was a member before is that of their membership, and stays.

    Attributes:
        user_name: As the directory writes it; `user_key` is the same in lower case.
        email: Where the invitation went; the address one signs in by belongs to the person.
        external_id: What the directory calls them by; "" where it does not say.
        said: The rest that the directory said, as SCIM has it: names and addresses.
        person_id: Who they are, once they accepted; None before.
        invitation_id: The newest invitation of theirs.
        role: What they are, or are again once they are active: a role's word.
        is_active: The directory wants them here.
    """

    __tablename__ = "scim_user"
    __table_args__ = (
        UniqueConstraint("tenant_id", "user_key"),
        Index(None, "tenant_id", "person_id"),
    )

    id: Mapped[Key]
    user_name: Mapped[str] = mapped_column(String(EMAIL_MAX))
    user_key: Mapped[str] = mapped_column(String(EMAIL_MAX))
    email: Mapped[str] = mapped_column(String(EMAIL_MAX))
    external_id: Mapped[str] = mapped_column(String(EXTERNAL_MAX), default="")
    said: Mapped[Document]
    person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    invitation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("invitation.id", ondelete="SET NULL"), index=True
    )
    role: Mapped[str] = mapped_column(String(60))
    is_active: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[Instant]
    changed_at: Mapped[Instant]
