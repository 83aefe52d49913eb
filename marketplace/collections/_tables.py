"""The table of collections."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import AnyDocument, Base, Instant, Key

TITLE_MAX = 80
SUMMARY_MAX = 500
WHO_MAX = 200


class MarketCollection(Base):
    """Listings in an order, with a name and why one would want them.

    Not `TenantOwned`: it is there to be read by others, by everybody where the vendor or a
    publisher made it, by its customers where a provider did. Its writers are checked against
    `owner_id` by `collections.keeping`.

    Attributes:
        listings: The ids of listings, in their order.
        revision: Counts its changes, so that nobody writes over another's.
    """

    __tablename__ = "market_collection"

    id: Mapped[Key]
    owner_id: Mapped[UUID] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    summary: Mapped[str] = mapped_column(String(SUMMARY_MAX))
    listings: Mapped[AnyDocument]
    revision: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(WHO_MAX))
