"""The rows of trust: one for the installation's root, one for its index. They are no tenant's."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant


class TrustDocument(Base):
    """A signed document as it came; `serial` only grows."""

    __tablename__ = "trust_document"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    serial: Mapped[int]
    envelope: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[Instant]
