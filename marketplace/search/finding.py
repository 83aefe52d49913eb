"""Searching the marketplace: listings that fit what was typed and chosen, page by page."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.cursors import read_place
from kernel.errors import NotFoundError
from marketplace.search._kept import search
from marketplace.search._tables import MarketSearchEntry
from marketplace.search.model import Entry, Found, Query, View, Visible, read_entry
from marketplace.search.seeing import sees
from marketplace.search.shelf import Place
from marketplace.search.store import get_entry

PLACE_PARTS = 3


def find(
    session: Session,
    query: Query,
    *,
    visible: Visible = None,
    limit: int = 50,
    after: Sequence[str] | None = None,
) -> Found:
    """Find listings.

    Args:
        session: What it changed itself is found, too.
        query: What is looked for.
        visible: The listings that count for whoever asks, as ids or a question about one; None is
            every public one. Nothing of what is found, no count, order or correction, depends on a
            listing that is not among them.
        limit: The length of a page, at least 1.
        after: `next_place` of the page before, found by the same query.

    Raises:
        InvalidError: the place is none.
    """
    place = _place(after) if after is not None else None
    page = search(session, query, visible, limit=limit + 1, after=place)
    shown = page.places[:limit]
    has_more = len(page.places) > limit
    return Found(
        entries=_entries(session, [listing_id for _, _, listing_id in shown], visible),
        total=page.total,
        facets=page.facets,
        read=page.read,
        next_place=_written(shown[-1]) if has_more else None,
    )


def get_listing(session: Session, listing_id: str, *, visible: Visible = None) -> Entry:
    """Give one listing, without the text of its page.

    Raises:
        NotFoundError: there is none, or none that whoever asks sees; one can't tell which.
    """
    if isinstance(visible, View) and listing_id in visible.variants:
        return visible.variants[listing_id].entry
    entry = get_entry(session, listing_id)
    if entry is None or not sees(visible, listing_id, is_public=entry.is_public):
        raise NotFoundError("no such listing", listing_id=listing_id)
    return entry


def find_listing(session: Session, listing_id: str, *, visible: Visible) -> Entry | None:
    """Give one listing as whoever asks sees it, called as their providers call it; None for none.

    For lists that others made, which may name what the reader does not see.
    """
    try:
        return get_listing(session, listing_id, visible=visible)
    except NotFoundError:
        return None


def seen_among(session: Session, listing_ids: Collection[str], *, visible: Visible) -> set[str]:
    """Name those of some listings that whoever asks sees."""
    found = _entries(session, list(listing_ids), visible)
    return {
        one.listing_id for one in found if sees(visible, one.listing_id, is_public=one.is_public)
    }


def _entries(session: Session, listing_ids: Sequence[str], visible: Visible) -> tuple[Entry, ...]:
    called = visible.variants if isinstance(visible, View) else {}
    wanted = select(MarketSearchEntry.listing_id, MarketSearchEntry.entry).where(
        MarketSearchEntry.listing_id.in_(listing_ids), MarketSearchEntry.is_listed
    )
    held = {row.listing_id: read_entry(row.entry) for row in session.execute(wanted)}
    held.update({one: called[one].entry for one in listing_ids if one in called})
    return tuple(held[one] for one in listing_ids if one in held)


def _written(place: Place) -> tuple[str, str, str]:
    rank, name, listing_id = place
    return repr(rank), name, listing_id


def _place(after: Sequence[str]) -> Place:
    rank, name, listing_id = read_place(after, float, str, str)
    return rank, name, listing_id
