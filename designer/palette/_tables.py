"""The table of what the palette remembers of a person in an organisation."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, TenantOwned


class PaletteMemory(TenantOwned, Base):
    """The blocks that a person marked in an organisation, and those they placed there last.

    Both are lists of names as `runtime.flows.following.name_of` gives them: a block's name stays
    when another version is installed, and when it is gone and comes back.
    """

    __tablename__ = "palette_memory"

    tenant_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    favourites: Mapped[AnyDocument]
    recent: Mapped[AnyDocument]
