"""The roles that organisations made for themselves."""

from __future__ import annotations

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Instant, Key, TenantOwned, named
from tenancy.roles import Role

NAME_MAX = 60


class CustomRole(TenantOwned, Base):
    """One role of an organisation's own.

    Attributes:
        based_on: The built-in role it counts as where roles are named, such as who is asked for
            an approval; never admin.
        permissions: What it lets do, words of `tenancy.roles.PERMISSIONS`.
    """

    __tablename__ = "custom_role"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    based_on: Mapped[Role] = mapped_column(named(Role))
    permissions: Mapped[AnyDocument]
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(200))
