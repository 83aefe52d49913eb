"""The table of tenants' keys."""

from __future__ import annotations

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, OptionalInstant, TenantOwned

_CURRENT = text("retired_at IS NULL")


class DataKey(TenantOwned, Base):
    """One key that a tenant's secrets are sealed by, itself sealed by the installation's keys.

    One of a tenant's is current; a retired one is kept until nothing is sealed by it.
    """

    __tablename__ = "data_key"
    __table_args__ = (
        Index(
            "uq_data_key_current",
            "tenant_id",
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        ),
    )

    id: Mapped[Key]
    sealed: Mapped[str] = mapped_column(Text)
    made_at: Mapped[Instant]
    retired_at: Mapped[OptionalInstant]
