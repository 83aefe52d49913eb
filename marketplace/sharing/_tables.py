"""Tables of templates that organisations share, and of what others took over.

What is shared is there to be read by others: those rows belong to no tenant's wall, hold nothing
but what the check let through, and are written by their owner alone, which `store` asks. What the
owner keeps for itself of it, and what somebody took over, is the organisation's own.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Document, Instant, Key, OptionalInstant, TenantOwned

TITLE_MAX = 80
SUMMARY_MAX = 300
NOTE_MAX = 500
NAME_MAX = 120
WHO_MAX = 200
WORD_MAX = 20
DIGEST_LENGTH = 32


class SharedTemplate(Base):
    """A template that an organisation shares; read by all whom its audience says.

    Attributes:
        kind: What it is of: a workflow, a rule or a decision table.
        audience: Whether everybody on this installation sees it, or the owner's customers.
        latest: The number of its last version.
        revision: Counts changes of its words, so that nobody writes over another's.
        based_on: Of which other template what it was made of was taken over.
        withdrawn_at: Since when nobody is offered it any more; who has it keeps it.
    """

    __tablename__ = "market_template"
    __table_args__ = (Index(None, "owner_id", "title"), Index(None, "audience", "title"))

    id: Mapped[Key]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    owner_name: Mapped[str] = mapped_column(String(NAME_MAX))
    kind: Mapped[str] = mapped_column(String(WORD_MAX))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    summary: Mapped[str] = mapped_column(String(SUMMARY_MAX), default="")
    audience: Mapped[str] = mapped_column(String(WORD_MAX))
    latest: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    based_on: Mapped[UUID | None]
    withdrawn_at: Mapped[OptionalInstant]
    changed_at: Mapped[Instant]


class SharedTemplateVersion(Base):
    """One version, never changed, of which the check found nothing; read like its template.

    Attributes:
        document: The workflow, rule or table; large, so that it is read when it is asked for.
        slots: The places to fill in: name, word, what goes there, and where they stand.
        blocks: The blocks it needs, as `id@version`.
    """

    __tablename__ = "market_template_version"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    id: Mapped[Key]
    template_id: Mapped[UUID] = mapped_column(ForeignKey("market_template.id", ondelete="CASCADE"))
    number: Mapped[int]
    document: Mapped[Document] = mapped_column(deferred=True)
    slots: Mapped[AnyDocument]
    blocks: Mapped[AnyDocument]
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    note: Mapped[str] = mapped_column(String(NOTE_MAX), default="")
    shared_at: Mapped[Instant]


class SharedTemplateSource(TenantOwned, Base):
    """What the owner, which is the tenant, keeps for itself of a template it shares.

    Attributes:
        subject_id: The workflow, rule or table it is made of.
        numbering: Which place stands for what, by digests, so that later versions keep them.
        confirmed: Fingerprints of what somebody said may stay.
    """

    __tablename__ = "market_template_source"
    __table_args__ = (
        UniqueConstraint("template_id"),
        UniqueConstraint("tenant_id", "subject_id"),
    )

    id: Mapped[Key]
    template_id: Mapped[UUID] = mapped_column(ForeignKey("market_template.id", ondelete="CASCADE"))
    subject_id: Mapped[UUID]
    numbering: Mapped[Document]
    confirmed: Mapped[AnyDocument]
    shared_by: Mapped[str] = mapped_column(String(WHO_MAX))


class SharedTemplateUse(TenantOwned, Base):
    """What an organisation, which is the tenant, took over; it says all it needs by itself.

    Attributes:
        template_id: None once the template is gone.
        made_id: The workflow, rule or table it became.
        base: What was taken over, with the places filled: what differs is the organisation's own.
        filled: What was put into which place.
        audience: Whom the template was for: what became of it is for nobody else either.
        let_go_at: Since when it is followed no more; then `base` and `filled` are empty.
    """

    __tablename__ = "market_template_use"
    __table_args__ = (UniqueConstraint("tenant_id", "made_id"),)

    id: Mapped[Key]
    template_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("market_template.id", ondelete="SET NULL"), index=True
    )
    owner_name: Mapped[str] = mapped_column(String(NAME_MAX))
    kind: Mapped[str] = mapped_column(String(WORD_MAX))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    version: Mapped[int]
    made_id: Mapped[UUID]
    base: Mapped[Document] = mapped_column(deferred=True)
    filled: Mapped[Document]
    audience: Mapped[str] = mapped_column(String(WORD_MAX))
    let_go_at: Mapped[OptionalInstant]
    taken_at: Mapped[Instant]
    taken_by: Mapped[str] = mapped_column(String(WHO_MAX))
