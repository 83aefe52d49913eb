"""The tables of plans: who is on which, what may be spent in a month, who is mailed of that.

None is `TenantOwned`: a provider makes a plan, its customer reads it, and both set what may be
spent.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, OptionalInstant

PLAN_NAME_MAX = 60
WORDS_MAX = 300


class Plan(Base):
    """What a provider offers those below it.

    Attributes:
        terms: The document that `tenancy.plans.terms` reads.
        revision: Counts its changes, so that nobody writes over another's.
        retired_at: Since when nobody new comes on it; who is on it stays.
    """

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[Key]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(PLAN_NAME_MAX))
    words: Mapped[str] = mapped_column(String(WORDS_MAX), default="")
    terms: Mapped[Document]
    revision: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[OptionalInstant]
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(200))


class PlanUse(Base):
    """Which plan an organisation is on; no row where it is on none.

    Attributes:
        until: When a trial of the plan ends; None where it is no trial.
        then_id: The plan it goes to when the trial ends; None for no plan.
    """

    __tablename__ = "plan_use"

    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), index=True)
    since: Mapped[Instant]
    until: Mapped[OptionalInstant]
    then_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("plan.id", ondelete="SET NULL"), index=True
    )
    by: Mapped[str] = mapped_column(String(200))


class SpendCap(Base):
    """How much may be spent in a calendar month: one by the organisation, one by its provider.

    The lower one counts.
    """

    __tablename__ = "spend_cap"

    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    by_provider: Mapped[bool] = mapped_column(primary_key=True)
    cents: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(200))


class WarningChoice(Base):
    """What a provider is mailed of its customers: a word of `tenancy.plans.telling.CHOICES`."""

    __tablename__ = "warning_choice"

    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    of_customers: Mapped[str] = mapped_column(String(10))
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(200))
