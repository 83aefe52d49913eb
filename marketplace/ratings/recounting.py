"""What the rounds do with ratings: which of them count still, and what the search is told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import NotFoundError
from marketplace.proven.figures import mark_due, take_due
from marketplace.proven.standing import Everybody
from marketplace.ratings._tables import MarketRating, MarketRatingOwn
from marketplace.ratings.reading import rating_of
from marketplace.search.store import tell_of_use

_BITE = 500


def recount(session: Session, everyone: Everybody) -> int:
    """Let only ratings count whose giver stands apart from the publisher as the tree is now.

    In system scope, for it reads whose ratings they are.

    Returns:
        How many changed.
    """
    changed = 0
    rows = session.execute(
        select(MarketRating, MarketRatingOwn.tenant_id)
        .join(MarketRatingOwn, MarketRatingOwn.id == MarketRating.own_id)
        .execution_options(yield_per=_BITE)
    )
    due = set()
    for row, tenant_id in rows:
        counts = everyone.counts(tenant_id, row.listing_id)
        if row.is_counted != counts:
            row.is_counted = counts
            due.add(row.listing_id)
            changed += 1
    session.flush()
    for listing_id in sorted(due):
        mark_due(session, listing_id)
    return changed


def tell_search(session: Session, listing_id: str, *, now: datetime) -> None:
    """Let a listing be found by how it is rated and used now; one that is not listed is left."""
    organisations = take_due(session, listing_id)
    average = rating_of(session, listing_id).average
    try:
        tell_of_use(session, listing_id, proven_uses=organisations, rating=average, now=now)
    except NotFoundError:
        return
