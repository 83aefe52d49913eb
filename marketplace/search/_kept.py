"""The shelf that a process keeps of a database's listings, brought up to date at each search.

The rows are the truth. What changed since the last search is read by its revision, in the order in
which changes were committed (`_tables.MarketSearchState`). A session that changed listings itself
gets a shelf of its own: what it wrote may be rolled back, and then nobody else may have seen it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.search._tables import MarketSearchEntry, MarketSearchState
from marketplace.search.model import Query, View, Visible, read_entry
from marketplace.search.shelf import Page, Place, Shelf, Shelved
from marketplace.search.words import READ_AS, words_in

_WROTE = "marketplace.search.wrote"
_BITE = 1_000


def note_written(session: Session) -> None:
    """Note that a session's transaction changes listings."""
    session.info[_WROTE] = session.get_transaction()


def has_written(session: Session) -> bool:
    """Tell whether a session's transaction changed listings, which nobody else may know of yet."""
    wrote = session.info.get(_WROTE)
    return wrote is not None and wrote is session.get_transaction()


class _Kept:
    """A shelf and how far it is up to date; one thread at a time brings it there and searches.

    Searching is work for the processor alone, which Python does one thread at a time anyway.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._shelf = Shelf()
        self._revision = -1

    def find(
        self, session: Session, query: Query, visible: Visible, *, limit: int, after: Place | None
    ) -> Page:
        # Asked before: who waits for the lock has a connection, so that who holds it waits for none
        standing = session.scalar(select(MarketSearchState.revision)) or 0
        with self._lock:
            self._bring_up_to(standing, session)
            if isinstance(visible, View):
                self._shelf.learn(visible.variants.values())
            return self._shelf.find(query, visible, limit=limit, after=after)

    def _bring_up_to(self, standing: int, session: Session) -> None:
        """Take in what changed.

        A reader may stand at an older moment of the database than one before it did. Then it finds
        what is newer: no worse than having asked a moment later.
        """
        if standing <= self._revision:
            return
        if self._shelf.is_worn:
            self._shelf, self._revision = Shelf(), -1
        gone: list[str] = []
        for rows in _changed_since(session, self._revision):
            gone += (row.listing_id for row in rows if not row.is_listed)
            self._shelf.put(_shelved(session, row) for row in rows if row.is_listed)
        self._shelf.take_away(gone)
        self._revision = standing


_KEPT: WeakKeyDictionary[Any, _Kept] = WeakKeyDictionary()
_KEPT_LOCK = Lock()


def search(
    session: Session, query: Query, visible: Visible, *, limit: int, after: Place | None
) -> Page:
    """Search in the listings that a session sees."""
    return _shelf_for(session).find(session, query, visible, limit=limit, after=after)


def _shelf_for(session: Session) -> _Kept:
    if has_written(session):
        return _Kept()
    pool = session.get_bind().engine.pool  # engines with other options of one database share it
    with _KEPT_LOCK:
        return _KEPT.setdefault(pool, _Kept())


def _changed_since(session: Session, revision: int) -> Iterator[Sequence[Any]]:
    changed = (
        select(
            MarketSearchEntry.listing_id,
            MarketSearchEntry.entry,
            MarketSearchEntry.words,
            MarketSearchEntry.read_as,
            MarketSearchEntry.is_listed,
        )
        .where(MarketSearchEntry.revision > revision)
        .execution_options(yield_per=_BITE)
    )
    yield from session.execute(changed).partitions(_BITE)


def _shelved(session: Session, row: Any) -> Shelved:
    """Give a row as the shelf takes it; the words of one that was read in an older way anew."""
    entry = read_entry(row.entry)
    if row.read_as == READ_AS:
        return Shelved(entry=entry, words=json.loads(row.words))
    docs = session.scalar(
        select(MarketSearchEntry.docs).where(MarketSearchEntry.listing_id == row.listing_id)
    )
    return Shelved(entry=entry, words=words_in(replace(entry, docs=docs or "")))
