"""The outbox: mails that are wished for, and what became of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant
from tenancy._tables import EMAIL_MAX
from tenancy.keys.places import SEALED

SUBJECT_MAX = 300
REASON_MAX = 300


class Mail(Base):
    """One mail to one address.

    Not `TenantOwned`: a forgotten password belongs to a person and to no organisation.

    Attributes:
        text: Sealed by the vault, for it holds a link with a key; "" once it was sent or given up.
        kind: The name of its template.
        organisation_id: On whose behalf it goes; None where on nobody's.
        about_id: What it tells of, such as an invitation.
        due_at: When it is to be sent, or tried again; None once that is settled.
        until: After that it tells of nothing any more and is not sent.
        claim: Who is sending it just now.
        failed: Why it was not sent, the last time.
    """

    __tablename__ = "mail"
    __table_args__ = (Index(None, "due_at"), Index(None, "about_id"), Index(None, "made_at"))

    id: Mapped[Key]
    recipient: Mapped[str] = mapped_column(String(EMAIL_MAX))
    subject: Mapped[str] = mapped_column(String(SUBJECT_MAX))
    text: Mapped[str] = mapped_column(Text, info={SEALED: True})
    kind: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    about_id: Mapped[UUID | None]
    made_at: Mapped[Instant]
    due_at: Mapped[OptionalInstant]
    until: Mapped[OptionalInstant]
    claim: Mapped[str | None] = mapped_column(String(60))
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[OptionalInstant]
    failed: Mapped[str] = mapped_column(String(REASON_MAX), default="")
