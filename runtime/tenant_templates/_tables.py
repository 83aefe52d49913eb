"""Tables of tenant templates: the provider's, with versions and plans; what customers have of them.

A provider's rows are its own, and a customer's are the customer's: what a customer has says all it
needs by itself, and stays when the template is removed.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Document, Instant, Key, OptionalInstant, TenantOwned

NAME_MAX = 80
WORDS_MAX = 500
WHO_MAX = 200
FILE_MAX = 240
TITLE_MAX = 200
DIGEST_LENGTH = 32


class TenantTemplate(TenantOwned, Base):
    """A template of a provider, which is the tenant.

    Attributes:
        latest: The number of its last version.
        revision: Counts changes of its words and plans, so that nobody writes over another's.
        archived_at: Since when it is offered to nobody any more; who has it keeps what came.
    """

    __tablename__ = "tenant_template"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    words: Mapped[str] = mapped_column(String(WORDS_MAX), default="")
    latest: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[OptionalInstant]
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(WHO_MAX))


class TenantTemplateVersion(TenantOwned, Base):
    """One version, never changed: what was taken, from where and by whom.

    Attributes:
        chosen: What somebody ticked, as `taking` names it, so that it can be taken again.
        contents: What `contents` reads; large, so that it is read only when it is asked for.
        outline: Kind and title of each part, for lists.
        model_id: Whose it was taken from; None once that organisation is gone.
    """

    __tablename__ = "tenant_template_version"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    id: Mapped[Key]
    template_id: Mapped[UUID] = mapped_column(ForeignKey("tenant_template.id", ondelete="CASCADE"))
    number: Mapped[int]
    chosen: Mapped[AnyDocument]
    contents: Mapped[Document] = mapped_column(deferred=True)
    outline: Mapped[AnyDocument]
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    model_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="SET NULL"), index=True
    )
    model_name: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(WORDS_MAX), default="")
    taken_at: Mapped[Instant]
    taken_by: Mapped[str] = mapped_column(String(WHO_MAX))


class TenantTemplatePlan(TenantOwned, Base):
    """That new customers on a plan get a template; a plan brings one at most."""

    __tablename__ = "tenant_template_plan"

    plan_id: Mapped[UUID] = mapped_column(
        ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True
    )
    template_id: Mapped[UUID] = mapped_column(
        ForeignKey("tenant_template.id", ondelete="CASCADE"), index=True
    )


class TenantTemplateUse(TenantOwned, Base):
    """What a customer, which is the tenant, has of a template, or was offered of one.

    Attributes:
        template_id: None once the template is removed.
        owner_id: The provider whose it is; None once that is gone.
        version: The version it has; 0 while it is only offered.
        slots: Connections to be made here: name, kind and what uses each.
        said: What could not be put live by itself, by file, with the reason.
    """

    __tablename__ = "tenant_template_use"
    __table_args__ = (
        UniqueConstraint("tenant_id", "template_id"),
        Index(None, "owner_id", "template_id"),
    )

    id: Mapped[Key]
    template_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("tenant_template.id", ondelete="SET NULL"), index=True
    )
    owner_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("organisation.id", ondelete="SET NULL")
    )
    owner_name: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    version: Mapped[int] = mapped_column(default=0)
    slots: Mapped[AnyDocument]
    said: Mapped[AnyDocument]
    offered_at: Mapped[Instant]
    offered_by: Mapped[str] = mapped_column(String(WHO_MAX))
    brought_at: Mapped[OptionalInstant]
    brought_by: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    put_away_at: Mapped[OptionalInstant]


class TenantTemplatePart(TenantOwned, Base):
    """What one part of a template became in a customer.

    Attributes:
        file: The same part in every version.
        part_id: The row it became; None where the customer does without it.
        is_brought: Whether the template made it, and not the customer before.
        document: What the template says of it: what differs is the customer's change.
    """

    __tablename__ = "tenant_template_part"
    __table_args__ = (UniqueConstraint("use_id", "file"), Index(None, "tenant_id", "part_id"))

    id: Mapped[Key]
    use_id: Mapped[UUID] = mapped_column(ForeignKey("tenant_template_use.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    file: Mapped[str] = mapped_column(String(FILE_MAX))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    part_id: Mapped[UUID | None]
    is_brought: Mapped[bool]
    document: Mapped[Document]
