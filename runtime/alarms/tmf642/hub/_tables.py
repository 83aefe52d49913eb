"""The tables of hubs: who is told, and what waits to be told; and of the tasks that were asked."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, OptionalInstant, TenantOwned
from runtime.alarms._tables import WHO_MAX, type_sequence
from runtime.alarms.tmf642.schemas import CALLBACK_MAX

PROBLEM_MAX = 500


class TmfHub(TenantOwned, Base):
    """A listener: where events go, which of them, and how the sending stands.

    `next_at` is when it may be tried again after a failure. `claim` is the round that sends right
    now, until `claimed_until`.
    """

    __tablename__ = "tmf_hub"

    id: Mapped[Key]
    dialect: Mapped[str] = mapped_column(String(8))
    callback: Mapped[str] = mapped_column(String(CALLBACK_MAX))
    query: Mapped[str] = mapped_column(String(CALLBACK_MAX), default="")
    created_at: Mapped[Instant]
    created_by: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    paused_at: Mapped[OptionalInstant]
    paused_by: Mapped[str] = mapped_column(String(WHO_MAX), default="")
    failures: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[OptionalInstant]
    claim: Mapped[str | None] = mapped_column(String(60))
    claimed_until: Mapped[OptionalInstant]
    delivered: Mapped[int] = mapped_column(BigInteger, default=0)
    failed: Mapped[int] = mapped_column(BigInteger, default=0)
    dropped: Mapped[int] = mapped_column(BigInteger, default=0)
    last_delivered_at: Mapped[OptionalInstant]
    last_problem: Mapped[str] = mapped_column(String(PROBLEM_MAX), default="")
    last_problem_at: Mapped[OptionalInstant]


class TmfDelivery(TenantOwned, Base):
    """One event that waits for one hub; it goes when it was taken."""

    __tablename__ = "tmf_delivery"
    __table_args__ = (Index(None, "hub_id", "seq"),)

    seq: Mapped[int] = mapped_column(type_sequence, primary_key=True, autoincrement=True)
    hub_id: Mapped[UUID] = mapped_column(ForeignKey("tmf_hub.id", ondelete="CASCADE"))
    event_id: Mapped[UUID]
    event_type: Mapped[str] = mapped_column(String(60))
    body: Mapped[Document]
    made_at: Mapped[Instant]


class TmfTask(TenantOwned, Base):
    """A task as it was asked, and the alarms it was carried out on."""

    __tablename__ = "tmf_task"
    __table_args__ = (Index(None, "tenant_id", "kind", "id"),)

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(30))
    asked: Mapped[Document]
    outcome: Mapped[Document]
    created_at: Mapped[Instant]
