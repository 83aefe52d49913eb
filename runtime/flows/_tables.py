"""Tables of workflows: the draft people edit, and the versions runs are pinned to."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import (
    AnyDocument,
    Base,
    Document,
    Instant,
    Key,
    OptionalDocument,
    OptionalInstant,
    TenantOwned,
)
from kernel.ids import SLUG_MAX
from runtime.flows._trigger_schema import NAME_MAX


class FlowRow(TenantOwned, Base):
    """One workflow with its draft; `live_version_id` is what new runs use."""

    __tablename__ = "flow"
    __table_args__ = (UniqueConstraint("tenant_id", "slug"),)

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(String(SLUG_MAX))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    draft: Mapped[Document]
    draft_revision: Mapped[int] = mapped_column(default=1)
    draft_digest: Mapped[str] = mapped_column(String(64))
    live_version_id: Mapped[UUID | None]  # no foreign key: a version points back here
    paused: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    updated_at: Mapped[Instant]
    updated_by: Mapped[str] = mapped_column(String(200), default="")


class FlowVersionRow(TenantOwned, Base):
    """One immutable state of a workflow; a trial's snapshot has no number.

    `made_of` names who had a hand in it, by the word for who answers (`tenancy.policies.key_of`);
    `took_two` tells whether a second person put it live, or said yes to it.
    """

    __tablename__ = "flow_version"
    __table_args__ = (
        UniqueConstraint("flow_id", "number"),
        Index(None, "flow_id", "digest"),
    )

    id: Mapped[Key]
    flow_id: Mapped[UUID] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"))
    number: Mapped[int | None]
    document: Mapped[Document]
    digest: Mapped[str] = mapped_column(String(64))
    calls: Mapped[OptionalDocument]
    note: Mapped[str] = mapped_column(String(500), default="")
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(200), default="")
    retired_at: Mapped[OptionalInstant]
    made_of: Mapped[AnyDocument] = mapped_column(default=dict, server_default="{}")
    took_two: Mapped[bool] = mapped_column(default=False, server_default=false())


class EarlierDraft(TenantOwned, Base):
    """A draft as it was before something changed many at once, so that it can be taken back.

    Attributes:
        cause: What changed it, such as `block:acme.probe`; one change of a cause is kept.
        told: What it did, for people, such as `1.0.0 to 2.0.0`.
        revision: Of the draft it was changed to: with another, people went on from there.
    """

    __tablename__ = "earlier_draft"
    __table_args__ = (UniqueConstraint("tenant_id", "cause", "flow_id"),)

    id: Mapped[Key]
    cause: Mapped[str] = mapped_column(String(200))
    told: Mapped[str] = mapped_column(String(200))
    flow_id: Mapped[UUID] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"), index=True)
    draft: Mapped[Document]
    revision: Mapped[int]
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(200))


class DraftRevisionRow(TenantOwned, Base):
    """A draft as one revision had it; how long it is kept is `_revisions`' matter.

    Attributes:
        page: The open page that saved it, "" for a form or a program.
        told: What made it, where that was no plain edit: such as `Version 3 restored`.
    """

    __tablename__ = "draft_revision"
    __table_args__ = (UniqueConstraint("flow_id", "revision"),)

    id: Mapped[Key]
    flow_id: Mapped[UUID] = mapped_column(ForeignKey("flow.id", ondelete="CASCADE"))
    revision: Mapped[int]
    draft: Mapped[Document]
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(200))
    page: Mapped[str] = mapped_column(String(36))
    told: Mapped[str] = mapped_column(String(200))
