"""Tables of rules: drafts, immutable versions, what rules remember, and what fired."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false
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
from runtime.rules._schema import NAME_MAX
from runtime.rules.model import Mode

GROUP_MAX = 64


class RuleRow(TenantOwned, Base):
    """One rule with its draft; `live_version_id` is what is judged in modes observe and live."""

    __tablename__ = "rule"
    __table_args__ = (Index(None, "tenant_id", "mode"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    mode: Mapped[Mode] = mapped_column(named(Mode), default=Mode.DRAFT)
    draft: Mapped[Document]
    draft_revision: Mapped[int] = mapped_column(default=1)
    live_version_id: Mapped[UUID | None]  # no foreign key: a version points back here
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]
    updated_by: Mapped[str] = mapped_column(String(200), default="")
    # Events that it did not take in because it had, or waited for, as many as it may.
    left_out: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    # Of the live version: the furthest mode that was said yes to, and who had a hand in it.
    yes_mode: Mapped[str] = mapped_column(String(20), default="", server_default="")
    made_of: Mapped[AnyDocument] = mapped_column(default=dict, server_default="{}")
    draft_by_id: Mapped[UUID | None]  # who answers for the draft; no foreign key: it outlives them


class RuleVersionRow(TenantOwned, Base):
    """One published state of a rule; its document is never changed.

    `made_of` names who had a hand in it; `took_two` tells whether a second person put it live as
    far as it went, or said yes to it.
    """

    __tablename__ = "rule_version"
    __table_args__ = (UniqueConstraint("rule_id", "number"),)

    id: Mapped[Key]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"))
    number: Mapped[int]
    document: Mapped[Document]
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(200), default="")
    drafted_by: Mapped[str] = mapped_column(String(200), default="", server_default="")
    made_of: Mapped[AnyDocument] = mapped_column(default=dict, server_default="{}")
    took_two: Mapped[bool] = mapped_column(default=False, server_default=false())


class RuleMemory(TenantOwned, Base):
    """What a rule remembers of one group, as `judging.state` writes it.

    `newest_us` is the last instant it speaks of, so that old groups are found without being read.
    """

    __tablename__ = "rule_memory"
    __table_args__ = (Index(None, "rule_id", "newest_us"),)

    rule_id: Mapped[UUID] = mapped_column(
        ForeignKey("rule.id", ondelete="CASCADE"), primary_key=True
    )
    group_key: Mapped[str] = mapped_column(String(GROUP_MAX), primary_key=True)
    newest_us: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[Document]


class RuleTimer(TenantOwned, Base):
    """A time at which a rule speaks; the row goes in the transaction that records the verdict."""

    __tablename__ = "rule_timer"
    __table_args__ = (Index(None, "ripe_us", "tenant_id"), Index(None, "tenant_id", "ripe_us"))

    rule_id: Mapped[UUID] = mapped_column(
        ForeignKey("rule.id", ondelete="CASCADE"), primary_key=True
    )
    group_key: Mapped[str] = mapped_column(String(GROUP_MAX), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    ripe_us: Mapped[int] = mapped_column(BigInteger)


class RuleNotice(TenantOwned, Base):
    """A mail that a rule wants to be sent: written with the firing, sent by the scheduler.

    `due_at` is None once it was sent or given up; `key` stays the same over all attempts.
    """

    __tablename__ = "rule_notice"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        Index(None, "due_at"),
        Index(None, "rule_id", "group_key", "made_at"),
        Index(None, "tenant_id", "made_at"),
    )

    id: Mapped[Key]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"))
    group_key: Mapped[str] = mapped_column(String(GROUP_MAX))
    key: Mapped[str] = mapped_column(String(120))
    recipients: Mapped[AnyDocument]
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Instant]
    due_at: Mapped[OptionalInstant]
    claim: Mapped[str] = mapped_column(String(80), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[OptionalInstant]
    error: Mapped[str] = mapped_column(String(300), default="")


class Firing(TenantOwned, Base):
    """A rule fired for one event: why, and what it did."""

    __tablename__ = "firing"
    __table_args__ = (
        UniqueConstraint("rule_id", "version_id", "seq"),
        Index(None, "alarm_id"),
        Index(None, "rule_id", "group_key", "at"),
        Index(None, "tenant_id", "at"),
    )

    id: Mapped[Key]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("rule_version.id", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(BigInteger)
    alarm_id: Mapped[UUID] = mapped_column(ForeignKey("alarm.id", ondelete="CASCADE"))
    group_key: Mapped[str] = mapped_column(String(GROUP_MAX))
    mode: Mapped[Mode] = mapped_column(named(Mode))
    at: Mapped[Instant]
    recorded_at: Mapped[Instant]
    why: Mapped[Document]
    did: Mapped[AnyDocument]
