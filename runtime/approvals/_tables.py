"""Tables of approvals: what is asked, who may answer, and what each of them decided."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, OptionalInstant, TenantOwned, named
from runtime.approvals.model import TITLE_MAX, WHO_MAX, ApprovalState, Choice

STEP_PATH_MAX = 300
SUBJECT_MAX = 300
_DUE = text("notice_at IS NOT NULL")


class Approval(TenantOwned, Base):
    """One question to people, and the step of a run that waits for their answer.

    `notice_at` is when the next mail about it is due; None when there is nothing left to send.
    """

    __tablename__ = "approval"
    __table_args__ = (
        UniqueConstraint("run_id", "step", "attempt"),
        Index(None, "tenant_id", "state", "opened_at"),
        Index("ix_approval_notice", "notice_at", sqlite_where=_DUE, postgresql_where=_DUE),
    )

    id: Mapped[Key]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    step: Mapped[str] = mapped_column(String(STEP_PATH_MAX))
    attempt: Mapped[int]
    flow_name: Mapped[str] = mapped_column(String(200))
    started_by: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(SUBJECT_MAX), server_default="")
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    text: Mapped[str] = mapped_column(Text)
    needed: Mapped[int]
    excludes_starter: Mapped[bool]
    form: Mapped[Document]
    state: Mapped[ApprovalState] = mapped_column(named(ApprovalState))
    opened_at: Mapped[Instant]
    until: Mapped[OptionalInstant]
    timeout_port: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[OptionalInstant]
    remind_every_s: Mapped[float | None]
    notice_at: Mapped[OptionalInstant]
    notices: Mapped[int] = mapped_column(default=0)
    notice_claim: Mapped[str | None] = mapped_column(String(80))


class ApprovalRight(TenantOwned, Base):
    """Who may decide, or must not, in the words of `model.Voter`."""

    __tablename__ = "approval_right"

    approval_id: Mapped[UUID] = mapped_column(
        ForeignKey("approval.id", ondelete="CASCADE"), primary_key=True
    )
    who: Mapped[str] = mapped_column(String(WHO_MAX), primary_key=True)


class ApprovalVote(TenantOwned, Base):
    """What one of those asked decided; nobody decides twice, and votes are numbered in order."""

    __tablename__ = "approval_vote"
    __table_args__ = (UniqueConstraint("approval_id", "voter"),)

    approval_id: Mapped[UUID] = mapped_column(
        ForeignKey("approval.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    voter: Mapped[str] = mapped_column(String(40))
    by: Mapped[str] = mapped_column(String(200))
    choice: Mapped[Choice] = mapped_column(named(Choice))
    comment: Mapped[str] = mapped_column(Text)
    form: Mapped[Document]
    at: Mapped[Instant]
