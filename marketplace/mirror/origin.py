"""Where a listing comes from: published here, or mirrored from another installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.mirror._tables import THE_ONLY, MarketMirrorSource
from marketplace.releases._tables import MarketListing

MIRRORED = UUID("00000000-0000-4000-8000-6d6972726f72")
"""Whose namespaces, listings and releases are that came from elsewhere: no organisation's here.

So nobody changes them here, and nobody submits under their namespaces.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The installation that is mirrored; see the table."""

    name: str
    fingerprint: str
    serial: int
    imported_at: datetime


def get_source(session: Session) -> Origin | None:
    """Give the installation that this one mirrors; None where it mirrors none."""
    row = session.get(MarketMirrorSource, THE_ONLY)
    if row is None:
        return None
    return Origin(
        name=row.name,
        fingerprint=row.fingerprint,
        serial=row.serial,
        imported_at=row.imported_at,
    )


def origin_of(session: Session, listing_id: str) -> Origin | None:
    """Say where a listing comes from; None where it was published here, or there is none."""
    listing = session.get(MarketListing, listing_id)
    return get_source(session) if listing is not None and listing.owner_id == MIRRORED else None
