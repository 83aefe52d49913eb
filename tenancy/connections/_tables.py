"""The table of connections."""

from __future__ import annotations

from sqlalchemy import String, Text, UniqueConstraint
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

NAME_MAX = 80


class Connection(TenantOwned, Base):
    """A credential for another system; workflows name it by its name.

    What is `sealed` are the secret values, as the vault seals them, and so is the token.
    `end_told` is the severity of the alarm that stands because it runs out, "" for none.
    """

    __tablename__ = "connection"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    kind: Mapped[str] = mapped_column(String(40))
    hosts: Mapped[AnyDocument]
    over_http: Mapped[bool] = mapped_column(default=False)
    test_address: Mapped[str] = mapped_column(String(500), default="")
    settings: Mapped[Document]
    secret_names: Mapped[AnyDocument]
    sealed: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[OptionalInstant]
    end_told: Mapped[str] = mapped_column(String(20), default="")
    before_sealed: Mapped[str | None] = mapped_column(Text)
    before_settings: Mapped[OptionalDocument]
    before_until: Mapped[OptionalInstant]
    token_sealed: Mapped[str | None] = mapped_column(Text)
    token_expires_at: Mapped[OptionalInstant]
    token_at: Mapped[OptionalInstant]
    token_by: Mapped[str] = mapped_column(String(200), default="")
    token_number: Mapped[int] = mapped_column(default=0)
    refresh_until: Mapped[OptionalInstant]
    tested_at: Mapped[OptionalInstant]
    test_is_good: Mapped[bool] = mapped_column(default=False)
    test_said: Mapped[str] = mapped_column(String(500), default="")
    rotated_at: Mapped[OptionalInstant]
    used_at: Mapped[OptionalInstant]
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Instant]
    created_by: Mapped[str] = mapped_column(String(200), default="")
    updated_at: Mapped[Instant]
    updated_by: Mapped[str] = mapped_column(String(200), default="")
