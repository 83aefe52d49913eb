"""The table of an organisation's own templates."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, TenantOwned

TITLE_MAX = 80
WHO_MAX = 200


class FlowTemplate(TenantOwned, Base):
    """A workflow that somebody kept as a template for their organisation."""

    __tablename__ = "flow_template"

    id: Mapped[Key]
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    document: Mapped[Document]
    made_at: Mapped[Instant]
    made_by: Mapped[str] = mapped_column(String(WHO_MAX))
