"""What a provider's own systems say of a customer, kept beside the organisation."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant


class PartyNote(Base):
    """What was said of one organisation, and is given back as it was.

    Not `TenantOwned`: it is written and read by whoever looks after the organisation, who finds it
    by `tenancy.customers.charge` first.

    Attributes:
        said: By the attribute's name, such as `externalReference`.
    """

    __tablename__ = "party_note"

    organisation_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True
    )
    said: Mapped[Document]
    changed_at: Mapped[Instant]
