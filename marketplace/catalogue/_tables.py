"""The tables of catalogues: how each provider's overlay is set up, and its parts.

Both are `TenantOwned` by the provider: what a curator wrote is read by the provider's own people.
To say what a customer is offered, the service reads the overlays along the tree above it, and no
more (`marketplace.catalogue.looking`).
"""

from __future__ import annotations

from enum import Enum

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db import Base, Document, Instant, Key, OptionalInstant, TenantOwned, named
from marketplace.catalogue.overlay import Effect

KEY_LENGTH = 81
WHO_MAX = 200


class PartKind(Enum):
    """What a part of an overlay is."""

    RULE = "rule"
    ENTRY = "entry"
    BUNDLE = "bundle"
    PRIVATE = "private"


class MarketOverlay(TenantOwned, Base):
    """A provider's overlay; no row where nothing was decided.

    Attributes:
        unmatched: What becomes of what no rule speaks of.
        revision: Counts its changes, those of its parts too; it is locked while a part changes.
        eyes: How many people have to approve a block of the catalogue's own: 1 or 2.
    """

    __tablename__ = "market_overlay"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    id: Mapped[Key]
    unmatched: Mapped[Effect] = mapped_column(named(Effect), default=Effect.ALLOW)
    revision: Mapped[int] = mapped_column(default=0)
    eyes: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(WHO_MAX))


class MarketOverlayPart(TenantOwned, Base):
    """A rule, an offer of a listing, a bundle or a private block.

    Attributes:
        key: Its name; of an offer and a private block the listing's id.
        document: What `marketplace.catalogue.reading` reads; of a private block its `digests`.
        removed_at: Since when it counts no longer; it can be brought back for a while.
    """

    __tablename__ = "market_overlay_part"
    __table_args__ = (UniqueConstraint("tenant_id", "kind", "key"),)

    id: Mapped[Key]
    kind: Mapped[PartKind] = mapped_column(named(PartKind))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    document: Mapped[Document]
    removed_at: Mapped[OptionalInstant]
    changed_at: Mapped[Instant]
    changed_by: Mapped[str] = mapped_column(String(WHO_MAX))
