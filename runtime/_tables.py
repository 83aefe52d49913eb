"""Tables that the runtime's processes share: who leads."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant


class Lease(Base):
    """Who holds a part that only one process may play, and until when."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    owner: Mapped[str] = mapped_column(String(80))
    fence: Mapped[int] = mapped_column(default=1)
    until: Mapped[Instant]
