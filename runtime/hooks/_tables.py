"""The tables of webhooks: their addresses and secrets, what came lately, what was answered."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, TenantOwned, named, type_document

MESSAGE_MAX = 500
SENDER_MAX = 100


class Outcome(Enum):
    """What became of a delivery."""

    STARTED = "started"
    RESUMED = "resumed"
    REPEATED = "repeated"
    SKIPPED = "skipped"
    REFUSED = "refused"
    ANSWERED = "answered"


class Hook(TenantOwned, Base):
    """The address of one webhook trigger of one workflow, and what its deliveries are signed with.

    The key is found by its digest and sealed, so that whoever may edit can copy the address again.
    """

    __tablename__ = "hook"
    __table_args__ = (UniqueConstraint("flow_id", "trigger_id"),)

    id: Mapped[Key]
    flow_id: Mapped[UUID] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"))
    trigger_id: Mapped[str] = mapped_column(String(60))
    key_digest: Mapped[str] = mapped_column(String(64), unique=True)
    key_sealed: Mapped[str] = mapped_column(Text)
    key_made_at: Mapped[Instant]
    secret_sealed: Mapped[str | None] = mapped_column(Text)
    secret_made_at: Mapped[OptionalInstant]
    old_secret_sealed: Mapped[str | None] = mapped_column(Text)
    old_secret_until: Mapped[OptionalInstant]
    created_at: Mapped[Instant]


class HookDelivery(TenantOwned, Base):
    """One call of an address and what became of it; the latest of each hook are kept."""

    __tablename__ = "hook_delivery"
    __table_args__ = (Index(None, "hook_id", "id"),)

    id: Mapped[Key]
    hook_id: Mapped[UUID] = mapped_column(ForeignKey("hook.id", ondelete="CASCADE"))
    at: Mapped[Instant]
    sender: Mapped[str] = mapped_column(String(SENDER_MAX))
    outcome: Mapped[Outcome] = mapped_column(named(Outcome))
    status: Mapped[int]
    message: Mapped[str] = mapped_column(String(MESSAGE_MAX))
    run_id: Mapped[UUID | None]  # no foreign key: a run may be purged before
    size_bytes: Mapped[int] = mapped_column(Integer)


class HookReceipt(TenantOwned, Base):
    """What a delivery that carried an id was answered, so that its repeat is answered alike."""

    __tablename__ = "hook_receipt"
    __table_args__ = (Index(None, "tenant_id", "at"),)

    hook_id: Mapped[UUID] = mapped_column(
        ForeignKey("hook.id", ondelete="CASCADE"), primary_key=True
    )
    message_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[Instant]
    outcome: Mapped[Outcome | None] = mapped_column(named(Outcome))
    run_ids: Mapped[list[str]] = mapped_column(type_document)
