"""What others make of a listing, and what is known of it besides: for its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.advisories.telling import Concern, concerns_of
from marketplace.browse.showing import Shown
from marketplace.collections.reading import collections_with
from marketplace.pictures.store import PictureView, pictures_of
from marketplace.proven.figures import used_by
from marketplace.ratings.model import RatingSummary
from marketplace.ratings.reading import rating_of
from marketplace.together.reading import WorksWith, works_with


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands round a listing.

    Attributes:
        rating: How it is rated.
        used_by: How many organisations use it; nought where they are too few to tell.
        together: What works with it.
        pictures: Those of its publisher.
        concerns: Advisories of which an installed version is meant.
        collections: Id and title of those that hold it.
    """

    rating: RatingSummary
    used_by: int
    together: WorksWith
    pictures: Sequence[PictureView]
    concerns: Sequence[Concern]
    collections: Sequence[tuple[UUID, str]]


def around(session: Session, tenant_id: UUID, shown: Shown) -> Around:
    """Give what stands round a listing that an organisation sees.

    A provider's own block has no pictures: those under its id would be another's.
    """
    listing_id = shown.entry.listing_id
    concerns = concerns_of(session, tenant_id) if shown.is_had else []
    return Around(
        rating=rating_of(session, listing_id),
        used_by=used_by(session, listing_id),
        together=works_with(session, tenant_id, listing_id),
        pictures=() if shown.is_private else pictures_of(session, listing_id),
        concerns=[one for one in concerns if one.is_open and one.advisory.listing_id == listing_id],
        collections=collections_with(session, tenant_id, listing_id),
    )
