"""Tables of what goes live: who changed a draft since it was published, and requests to publish."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import (
    AnyDocument,
    Base,
    Document,
    Instant,
    Key,
    OptionalInstant,
    TenantOwned,
    named,
)
from runtime.going_live.model import NAME_MAX, NOTE_MAX, WHO_MAX, RequestState

_OPEN = text("state = 'open'")
_DUE = text("notice_at IS NOT NULL")


class DraftAuthor(TenantOwned, Base):
    """Somebody who changed a draft in revisions that are not live yet, from the first to the last.

    `who` is a word of `tenancy.policies.key_of`. Either of the ids says what was changed.
    """

    __tablename__ = "draft_author"
    __table_args__ = (UniqueConstraint("flow_id", "who"), UniqueConstraint("rule_id", "who"))

    id: Mapped[Key]
    flow_id: Mapped[UUID | None] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"))
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"))
    who: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    first: Mapped[int]
    last: Mapped[int]


class PublishRequest(TenantOwned, Base):
    """A draft as it was when somebody asked to publish it, and what others said.

    Attributes:
        mode: In which mode a rule is to be judged; "" for a workflow.
        document: The draft of that moment, which alone is published; `digest` is its own.
        against: Number of the version that was live then, and is as long as the request is open.
        fixed: What it would be fixed to (called workflows, tables, packages), as a digest.
        authors: Who had a hand in it: names by the word for who answers.
        asked_key: The word for who asked.
        notice_at: When the mail about it is due; None when there is nothing left to send.
    """

    __tablename__ = "publish_request"
    __table_args__ = (
        Index(
            "uq_publish_request_flow",
            "flow_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(
            "uq_publish_request_rule",
            "rule_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index(None, "tenant_id", "state", "asked_at"),
        Index("ix_publish_request_notice", "notice_at", sqlite_where=_DUE, postgresql_where=_DUE),
    )

    id: Mapped[Key]
    flow_id: Mapped[UUID | None] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"))
    rule_id: Mapped[UUID | None] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    mode: Mapped[str] = mapped_column(String(20), default="")
    document: Mapped[Document]
    digest: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    against: Mapped[int | None]
    fixed: Mapped[str] = mapped_column(String(64), default="")
    authors: Mapped[AnyDocument]
    note: Mapped[str] = mapped_column(String(NOTE_MAX), default="")
    asked_at: Mapped[Instant]
    asked_by: Mapped[str] = mapped_column(String(WHO_MAX))
    asked_key: Mapped[str] = mapped_column(String(40))
    until: Mapped[Instant]
    state: Mapped[RequestState] = mapped_column(named(RequestState), default=RequestState.OPEN)
    ended_at: Mapped[OptionalInstant]
    ended_by: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    reason: Mapped[str] = mapped_column(String(NOTE_MAX), default="")
    number: Mapped[int | None]
    notice_at: Mapped[OptionalInstant]
    notice_claim: Mapped[str | None] = mapped_column(String(80))
