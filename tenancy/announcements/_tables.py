"""Announcements, what was changed in them and added to them, whom they reached, who saw them.

What is told belongs to who wrote it and is read by others, so it is not `TenantOwned`. Whom it
reached and who saw it belongs to the one that was told: it finds its announcements by these rows
alone, behind both walls.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Document, Instant, Key, OptionalInstant, TenantOwned

TITLE_MAX = 120
TEXT_MAX = 5_000
BY_MAX = 200


class AnnouncementRow(Base):
    """One announcement.

    Attributes:
        owner_id: Who wrote it.
        zone: On whose clocks its times were written, for mails.
        shown_until: When it ends; None where somebody ends it by hand.
        work_starts: When the work of a maintenance begins; its end is exclusive.
        audience: The document that `tenancy.announcements.model` reads.
        mails: Whether the admins of those it reaches get a mail.
        published_at: Since when it is no draft any more.
        tell_at: When those it reaches have to be told next, by the scheduler; None where nothing
            is due.
    """

    __tablename__ = "announcement"
    __table_args__ = (Index(None, "owner_id", "made_at"), Index(None, "tell_at"))

    id: Mapped[Key]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    text: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(String(60))
    shown_from: Mapped[OptionalInstant]
    shown_until: Mapped[OptionalInstant]
    work_starts: Mapped[OptionalInstant]
    work_ends: Mapped[OptionalInstant]
    audience: Mapped[Document]
    mails: Mapped[bool]
    dismissable: Mapped[bool]
    revision: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[Instant]
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(BY_MAX))
    published_at: Mapped[OptionalInstant]
    withdrawn_at: Mapped[OptionalInstant]
    tell_at: Mapped[OptionalInstant]


class AnnouncementChange(Base):
    """One change of an announcement after it was published: `what` lists field, before, after."""

    __tablename__ = "announcement_change"

    id: Mapped[Key]
    announcement_id: Mapped[UUID] = mapped_column(
        ForeignKey("announcement.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[Instant]
    by: Mapped[str] = mapped_column(String(BY_MAX))
    verb: Mapped[str] = mapped_column(String(20))
    what: Mapped[AnyDocument]


class AnnouncementUpdate(Base):
    """What was added to an announcement while it was live."""

    __tablename__ = "announcement_update"

    id: Mapped[Key]
    announcement_id: Mapped[UUID] = mapped_column(
        ForeignKey("announcement.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[Instant]
    by: Mapped[str] = mapped_column(String(BY_MAX))
    text: Mapped[str] = mapped_column(Text)


class AnnouncementReach(TenantOwned, Base):
    """That an announcement reached an organisation; `mail_due` until its admins were mailed."""

    __tablename__ = "announcement_reach"
    __table_args__ = (Index(None, "announcement_id"), Index(None, "mail_due"))

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    announcement_id: Mapped[UUID] = mapped_column(
        ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True
    )
    reached_at: Mapped[Instant]
    mail_due: Mapped[bool] = mapped_column(default=False)


class AnnouncementSeen(TenantOwned, Base):
    """That a person saw an announcement in an organisation, and put it away there."""

    __tablename__ = "announcement_seen"
    __table_args__ = (Index(None, "announcement_id"), Index(None, "person_id"))

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    announcement_id: Mapped[UUID] = mapped_column(
        ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    seen_at: Mapped[Instant]
    dismissed_at: Mapped[OptionalInstant]
