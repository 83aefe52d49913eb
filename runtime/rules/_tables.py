"""Tables of rules: drafts, immutable versions, what a window remembers, and what fired."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Document, Instant, Key, TenantOwned, named
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
    draft_by_id: Mapped[UUID | None]  # who answers for the draft; no foreign key: it outlives them


class RuleVersionRow(TenantOwned, Base):
    """One published state of a rule; never changed."""

    __tablename__ = "rule_version"
    __table_args__ = (UniqueConstraint("rule_id", "number"),)

    id: Mapped[Key]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"))
    number: Mapped[int]
    document: Mapped[Document]
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(200), default="")
    drafted_by: Mapped[str] = mapped_column(String(200), default="", server_default="")


class RuleMatch(TenantOwned, Base):
    """One alarm that a counting rule counted: the memory of its sliding window."""

    __tablename__ = "rule_match"
    __table_args__ = (
        UniqueConstraint("rule_id", "seq"),
        Index(None, "rule_id", "group_key", "at"),
    )

    id: Mapped[Key]
    rule_id: Mapped[UUID] = mapped_column(ForeignKey("rule.id", ondelete="CASCADE"))
    group_key: Mapped[str] = mapped_column(String(GROUP_MAX))
    at: Mapped[Instant]
    seq: Mapped[int] = mapped_column(BigInteger)
    alarm_id: Mapped[UUID]


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
