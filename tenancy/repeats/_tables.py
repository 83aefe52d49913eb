"""The table of answers that are kept for requests sent again."""

from __future__ import annotations

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Instant, Key, TenantOwned

KEY_MAX = 200
DIGEST_LENGTH = 64


class KeptAnswer(TenantOwned, Base):
    """One request of one token under one key, and its answer, sealed: it may tell a secret once.

    `status` is None while the request is worked on, and of one that was refused. `sealed` is None
    where the answer is too long to be kept.
    """

    __tablename__ = "kept_answer"
    __table_args__ = (UniqueConstraint("tenant_id", "token_digest", "key"), Index(None, "made_at"))

    id: Mapped[Key]
    token_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    key: Mapped[str] = mapped_column(String(KEY_MAX))
    request_digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    made_at: Mapped[Instant]
    status: Mapped[int | None]
    sealed: Mapped[str | None] = mapped_column(Text)
