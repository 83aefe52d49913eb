"""The tables of sign-ups: who lets organisations sign up, and who asked to."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, TenantOwned
from tenancy._tables import EMAIL_MAX, NAME_MAX


class SignUpPolicy(TenantOwned, Base):
    """Whether organisations may sign up under a CSP; no row where they never might.

    Attributes:
        plan_id: The plan that they come on, with the template that goes with it; None for none.
    """

    __tablename__ = "sign_up_policy"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    is_open: Mapped[bool] = mapped_column(default=False)
    plan_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("plan.id", ondelete="SET NULL"), index=True
    )
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(300))


class SignUp(TenantOwned, Base):
    """One organisation that asked to be made under a CSP, which is the tenant.

    Attributes:
        organisation: What it is to be called; `name` is who asked.
        used_at: When it was made.
        made_id: The organisation that was made of it.
    """

    __tablename__ = "sign_up"
    __table_args__ = (Index(None, "tenant_id", "made_at"),)

    id: Mapped[Key]
    organisation: Mapped[str] = mapped_column(String(NAME_MAX))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    email: Mapped[str] = mapped_column(String(EMAIL_MAX))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    used_at: Mapped[OptionalInstant]
    made_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id", ondelete="SET NULL"))
