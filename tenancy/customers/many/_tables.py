"""The tables of changes of many customers, and what each came to for each of them.

Neither is `TenantOwned`: a change belongs to who looks after the customers, and each of its lines
names one of these.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, OptionalInstant

WHY_MAX = 500


class CustomerChange(Base):
    """One change of many customers.

    Attributes:
        verb: What is done: `state` or `plan`.
        wish: Which state or plan, and why; what undoes another one takes each back to what it was.
        undoes_id: The change that this one undoes.
        done_at: Since when nothing of it waits any more.
    """

    __tablename__ = "customer_change"
    __table_args__ = (Index(None, "owner_id", "made_at"),)

    id: Mapped[Key]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    verb: Mapped[str] = mapped_column(String(20))
    wish: Mapped[Document]
    undoes_id: Mapped[UUID | None]
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(200))
    done_at: Mapped[OptionalInstant]


class CustomerChangeItem(Base):
    """What it came to for one customer: waiting, done or refused.

    Attributes:
        before: How it was right before it was done, and under `made` how it was right after, as
            `standing.standing_of` gives it; empty until then.
    """

    __tablename__ = "customer_change_item"

    change_id: Mapped[UUID] = mapped_column(
        ForeignKey("customer_change.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    before: Mapped[Document]
    outcome: Mapped[str] = mapped_column(String(20))
    why_not: Mapped[str] = mapped_column(String(WHY_MAX), default="")
