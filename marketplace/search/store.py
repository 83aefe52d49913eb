"""Which listings can be found: taking one in, out, and telling of its use and ratings.

Whoever lists a release calls `index`, in the transaction in which it is listed; whoever takes a
listing back calls `remove`. What is found from then on is `marketplace.search.finding`.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from kernel.errors import NotFoundError
from marketplace.search._kept import note_written
from marketplace.search._tables import MarketSearchEntry, MarketSearchState
from marketplace.search.model import Entry, PriceKind, entry_document, read_entry
from marketplace.search.words import READ_AS, words_in

log = structlog.get_logger(__name__)

_BITE = 500


def index(session: Session, entry: Entry, *, now: datetime, is_news: bool = False) -> None:
    """Let a listing be found as it is now, in place of how it was.

    Where nothing differs nothing is written, but where it `is_news`: something of its releases
    changed, such as one that is deprecated, by which catalogues decide.
    """
    row = _row_of(session, entry.listing_id)
    if row is not None and _is_same(row, entry) and not is_news:
        return
    revision = _count_up(session)
    row = _row_of(session, entry.listing_id)  # another may have put it there before its turn ended
    if row is None:
        row = MarketSearchEntry(listing_id=entry.listing_id)
    _write(row, entry)
    row.revision, row.changed_at = revision, now
    session.add(row)
    session.flush()


def remove(session: Session, listing_id: str, *, now: datetime) -> None:
    """Let a listing be found no more; one that is not there is none."""
    row = _row_of(session, listing_id)
    if row is None or not row.is_listed:
        return
    row.revision, row.changed_at = _count_up(session), now
    row.entry, row.words, row.docs, row.is_listed = {}, "{}", "", False
    session.flush()


def tell_of_use(
    session: Session, listing_id: str, *, proven_uses: int, rating: float | None, now: datetime
) -> None:
    """Say how many use a listing and how they rate it, whatever else is known of it.

    Raises:
        NotFoundError: there is no such listing.
        InvalidError: the figures can't be such.
    """
    row = _row_of(session, listing_id)
    if row is None or not row.is_listed:
        raise NotFoundError("no such listing", listing_id=listing_id)
    entry = replace(_entry_in(row), proven_uses=proven_uses, rating=rating)
    index(session, entry, now=now)


def tell_of_price(session: Session, listing_id: str, *, price: PriceKind, now: datetime) -> None:
    """Say how a listing is paid for; one that is not there is left so."""
    row = _row_of(session, listing_id)
    if row is not None and row.is_listed:
        index(session, replace(_entry_in(row), price=price), now=now)


def get_entry(session: Session, listing_id: str) -> Entry | None:
    """Give a listing as it is found, without the text of its page; None where there is none."""
    row = session.get(MarketSearchEntry, listing_id)
    return read_entry(row.entry) if row is not None and row.is_listed else None


def rebuild(session: Session, *, now: datetime) -> int:
    """Read the words of every listing anew, and let every process take all in again.

    For when texts are read in another way than before, or a shelf is not trusted any more; what is
    searched meanwhile is found as before.

    Returns:
        How many listings there are.
    """
    revision, count = _count_up(session), 0
    wanted = (
        select(MarketSearchEntry)
        .where(MarketSearchEntry.is_listed)
        .options(undefer(MarketSearchEntry.docs))
        .execution_options(yield_per=_BITE)
    )
    for rows in session.scalars(wanted).partitions(_BITE):
        for row in rows:
            _write(row, _entry_in(row))
            row.revision, row.changed_at = revision, now
        count += len(rows)
        session.flush()
    log.info("search_rebuilt", listings=count)
    return count


def _row_of(session: Session, listing_id: str) -> MarketSearchEntry | None:
    return session.get(
        MarketSearchEntry,
        listing_id,
        options=[undefer(MarketSearchEntry.docs)],
        populate_existing=True,
    )


def _is_same(row: MarketSearchEntry, entry: Entry) -> bool:
    is_same = row.entry == entry_document(replace(entry, docs="")) and row.docs == entry.docs
    return is_same and row.is_listed and row.read_as == READ_AS


def _entry_in(row: MarketSearchEntry) -> Entry:
    return replace(read_entry(row.entry), docs=row.docs)


def _write(row: MarketSearchEntry, entry: Entry) -> None:
    row.entry = entry_document(replace(entry, docs=""))
    row.docs, row.words = entry.docs, json.dumps(words_in(entry), ensure_ascii=False)
    row.read_as, row.is_listed = READ_AS, True


def _count_up(session: Session) -> int:
    """Give the number of this change, and hold the count until the transaction ends."""
    counted = (
        update(MarketSearchState)
        .where(MarketSearchState.id == 1)
        .values(revision=MarketSearchState.revision + 1)
        .returning(MarketSearchState.revision)
    )
    number = session.execute(counted).scalar_one()
    note_written(session)
    return number
