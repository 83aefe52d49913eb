"""Reading ratings: how a listing is rated, and what was said of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from kernel.clock import format_instant, parse_instant
from kernel.cursors import read_place
from kernel.errors import NotFoundError
from marketplace.ratings._tables import MarketRating, MarketRatingOwn
from marketplace.ratings.model import NO_STARS, RatingSummary, summary_of
from marketplace.search.finding import get_listing
from marketplace.search.seeing import visible_to


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingView:
    """A rating as it is read.

    Attributes:
        told_as: Whose it is: the name where it is signed, else the kind of organisation.
        is_own: Whether it is the reader's organisation's.
        answers_earlier: Whether the publisher answered before it was last changed.
        hidden_because: Why reviewers hid it; "" while it is shown.
    """

    id: UUID
    listing_id: str
    version: str
    stars: int
    words: str
    told_as: str
    is_signed: bool
    is_own: bool
    rated_at: datetime
    changed_at: datetime
    answer: str
    answered_at: datetime | None
    hidden_because: str

    @property
    def is_changed(self) -> bool:
        """Tell whether it was changed since it was given."""
        return self.changed_at > self.rated_at

    @property
    def answers_earlier(self) -> bool:
        """Tell whether it was changed after the publisher answered."""
        return self.answered_at is not None and self.answered_at < self.changed_at


def rating_of(session: Session, listing_id: str) -> RatingSummary:
    """Say how a listing is rated; for pages that show one. Any scope will do."""
    return summary_of(counts_of(session, [listing_id]).get(listing_id, NO_STARS))


def counts_of(
    session: Session, listing_ids: Collection[str] | None = None
) -> dict[str, tuple[int, ...]]:
    """Give by listing how many gave one star, two and so on; None asks for every listing."""
    wanted = select(MarketRating.listing_id, MarketRating.stars, func.count().label("number"))
    wanted = wanted.where(MarketRating.is_counted, MarketRating.hidden_at.is_(None))
    if listing_ids is not None:
        wanted = wanted.where(MarketRating.listing_id.in_(listing_ids))
    found: dict[str, list[int]] = {}
    for row in session.execute(wanted.group_by(MarketRating.listing_id, MarketRating.stars)):
        found.setdefault(row.listing_id, list(NO_STARS))[row.stars - 1] = row.number
    return {listing_id: tuple(counts) for listing_id, counts in found.items()}


def list_ratings(
    session: Session,
    tenant_id: UUID,
    listing_id: str,
    *,
    stars: int | None = None,
    limit: int,
    after: Sequence[str] | None = None,
) -> list[RatingView]:
    """List the ratings of a listing that are shown, what changed last first.

    Raises:
        NotFoundError: the organisation sees no such listing.
    """
    require_seen(session, tenant_id, listing_id)
    place = (MarketRating.changed_at, MarketRating.id)
    wanted = select(MarketRating).where(
        MarketRating.listing_id == listing_id, MarketRating.hidden_at.is_(None)
    )
    if stars is not None:
        wanted = wanted.where(MarketRating.stars == stars)
    if after is not None:
        wanted = wanted.where(tuple_(*place) < tuple_(*read_place(after, parse_instant, UUID)))
    rows = session.scalars(wanted.order_by(*(one.desc() for one in place)).limit(limit))
    own = own_row(session, tenant_id, listing_id)
    return [view_of(row, own) for row in rows]


def place_of(rating: RatingView) -> list[str]:
    """Give where a page that ends with this rating ended, for `after`."""
    return [format_instant(rating.changed_at), str(rating.id)]


def own_rating(session: Session, tenant_id: UUID, listing_id: str) -> RatingView | None:
    """Give what an organisation itself gave, hidden or not."""
    own = own_row(session, tenant_id, listing_id)
    row = _public_row(session, own) if own is not None else None
    return view_of(row, own) if row is not None else None


def own_row(session: Session, tenant_id: UUID, listing_id: str) -> MarketRatingOwn | None:
    """Give the row that says that an organisation rated a listing."""
    return session.scalar(
        select(MarketRatingOwn).where(
            MarketRatingOwn.tenant_id == tenant_id, MarketRatingOwn.listing_id == listing_id
        )
    )


def is_seen(session: Session, tenant_id: UUID, listing_id: str) -> bool:
    """Tell whether an organisation sees a listing."""
    try:
        require_seen(session, tenant_id, listing_id)
    except NotFoundError:
        return False
    return True


def require_seen(session: Session, tenant_id: UUID, listing_id: str) -> str:
    """Give what a listing is called; raises NotFoundError where an organisation sees none such."""
    return get_listing(session, listing_id, visible=visible_to(session, tenant_id)).title


def seen_row(session: Session, tenant_id: UUID, rating_id: UUID) -> MarketRating:
    """Give a rating that is shown, of a listing that an organisation sees; locked.

    Raises:
        NotFoundError: there is none such.
    """
    row = session.get(MarketRating, rating_id, with_for_update=True, populate_existing=True)
    is_shown = row is not None and row.hidden_at is None
    if row is None or not is_shown or not is_seen(session, tenant_id, row.listing_id):
        raise NotFoundError("no such rating", id=str(rating_id))
    return row


def view_of(row: MarketRating, own: MarketRatingOwn | None = None) -> RatingView:
    """Give a rating as somebody reads it; `own` says that the reader rated its listing."""
    return RatingView(
        id=row.id,
        listing_id=row.listing_id,
        version=row.version,
        stars=row.stars,
        words=row.words,
        told_as=row.signed_as or row.told_as,
        is_signed=bool(row.signed_as),
        is_own=own is not None and own.id == row.own_id,
        rated_at=row.rated_at,
        changed_at=row.changed_at,
        answer=row.answer,
        answered_at=row.answered_at,
        hidden_because=row.hidden_because,
    )


def _public_row(session: Session, own: MarketRatingOwn) -> MarketRating | None:
    return session.scalar(select(MarketRating).where(MarketRating.own_id == own.id))
