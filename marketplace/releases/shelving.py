"""What the search finds of a listing: its latest stable release that is listed, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from blocks.manifest import kept_manifest
from kernel.errors import GarlandError, NotFoundError
from marketplace.money.telling import price_kind
from marketplace.proven.figures import mark_due
from marketplace.releases._tables import MarketListing, MarketPublisher
from marketplace.releases.readme import page_of_package
from marketplace.releases.states import Channel, ReleaseState
from marketplace.releases.store import ReleaseView, archive_of, public_releases
from marketplace.search.entries import Listed, entry_of_block, entry_of_pack
from marketplace.search.model import Entry
from marketplace.search.store import get_entry, index, remove
from runtime.use.recording import day_of

log = structlog.get_logger(__name__)


def shelve(session: Session, listing_id: str, *, now: datetime) -> None:
    """Let a block or pack be found as it is now, or no more where none of it is to be had.

    Whoever changed anything of its releases calls it, so that catalogues are asked anew as well.
    """
    _shelve(session, listing_id, now=now, is_news=True)


def _shelve(session: Session, listing_id: str, *, now: datetime, is_news: bool) -> None:
    found = next((one for one in public_releases(session, listing_id) if _is_for_all(one)), None)
    if found is None:
        remove(session, listing_id, now=now)
    else:
        index(session, _entry_of(session, found, day=day_of(now)), now=now, is_news=is_news)
        mark_due(session, listing_id)


def shelve_all(sessions: sessionmaker[Session], *, now: datetime) -> list[str]:
    """Do so with every listing, each in a transaction of its own, so that nobody waits for all.

    Returns:
        The ids of those that cannot be read; they are found as before, and the log says why.
    """
    with sessions() as session:
        listing_ids = session.scalars(
            select(MarketListing.listing_id).order_by(MarketListing.listing_id)
        ).all()
    left = []
    for one in listing_ids:
        try:
            with sessions() as session, session.begin():
                _shelve(session, one, now=now, is_news=False)
        except GarlandError as error:
            log.warning("listing_not_shelved", listing=one, reason=error.message)
            left.append(one)
    return left


def _is_for_all(release: ReleaseView) -> bool:
    return release.state is ReleaseState.LISTED and release.channel is Channel.STABLE


def _entry_of(session: Session, release: ReleaseView, *, day: date) -> Entry:
    """Make the entry, by the price that holds; the listing's own words stand before the package's.

    When another price comes to hold, the rounds of money tell the search.
    """
    listing = session.get(MarketListing, release.listing_id)
    publisher = session.get(MarketPublisher, release.namespace)
    if listing is None or publisher is None or release.listed_at is None:
        raise NotFoundError("no such listing", listing=release.listing_id)
    before = get_entry(session, release.listing_id)
    listed = Listed(
        publisher_name=publisher.title,
        updated_at=release.listed_at,
        quality=release.level or "none",
        price=price_kind(session, release.listing_id, day=day),
        proven_uses=before.proven_uses if before else 0,
        rating=before.rating if before else None,
    )
    readme = page_of_package(archive_of(session, release))
    entry = (
        entry_of_pack(release.manifest, readme, listed)
        if release.kind == "pack"
        else entry_of_block(kept_manifest(release.manifest), readme, listed)
    )
    return replace(entry, title=listing.title, summary=listing.summary)
