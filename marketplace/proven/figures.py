"""How many organisations use a listing: kept as a number; the search is told when it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kernel.db import or_taken
from kernel.errors import ConflictError
from marketplace.proven._tables import MarketListingFigure
from marketplace.proven.model import told_number
from marketplace.proven.reading import Used, stat_of
from marketplace.proven.standing import Everybody


def used_by(session: Session, listing_id: str) -> int:
    """Give how many organisations use a listing, from `model.K` on; nought below that."""
    row = session.get(MarketListingFigure, listing_id)
    return told_number(row.organisations) if row is not None else 0


def mark_due(session: Session, listing_id: str) -> None:
    """Let the search be told anew of a listing by the next round."""
    changed = (
        update(MarketListingFigure)
        .where(MarketListingFigure.listing_id == listing_id)
        .values(is_due=True)
        .returning(MarketListingFigure.listing_id)
    )
    if session.execute(changed).first() is not None:
        return
    try:
        with or_taken(session, ConflictError("made meanwhile")):
            session.add(MarketListingFigure(listing_id=listing_id, organisations=0, is_due=True))
    except ConflictError:
        session.execute(changed)


def due_listings(session: Session, *, limit: int) -> list[str]:
    """Name the listings of which the search has to be told anew."""
    return list(
        session.scalars(
            select(MarketListingFigure.listing_id)
            .where(MarketListingFigure.is_due)
            .order_by(MarketListingFigure.listing_id)
            .limit(limit)
        )
    )


def take_due(session: Session, listing_id: str) -> int:
    """Note that the search is told of a listing now; give how many organisations use it."""
    row = session.get(MarketListingFigure, listing_id, with_for_update=True, populate_existing=True)
    if row is None:
        return 0
    row.is_due = False
    return told_number(row.organisations)


def count_users(used: Used, everyone: Everybody, *, since: date, until: date) -> dict[str, int]:
    """Count by listing the organisations with proven use that counts."""
    found: dict[str, int] = {}
    for (organisation_id, listing_id), days in used.items():
        is_proven = stat_of(days, since=since, until=until).is_proven
        if is_proven and everyone.counts(organisation_id, listing_id):
            found[listing_id] = found.get(listing_id, 0) + 1
    return found


def keep_users(session: Session, counted: Mapping[str, int]) -> None:
    """Keep how many use each listing; those that are not counted any more are used by nobody."""
    rows = {one.listing_id: one for one in session.scalars(select(MarketListingFigure))}
    for listing_id in sorted(rows.keys() | counted.keys()):
        row, number = rows.get(listing_id), counted.get(listing_id, 0)
        if row is None:
            session.add(MarketListingFigure(listing_id=listing_id, organisations=number))
        elif row.organisations != number:
            row.organisations, row.is_due = number, True
    session.flush()
