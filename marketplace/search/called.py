"""How a listing is said to those who are offered it otherwise than everybody is.

Another title or summary, another version than the latest, or a block of a provider's own: what is
found by it, and shown in a list, is made of that alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.installs._tables import BlockPackage
from blocks.manifest import kept_manifest
from kernel.errors import GarlandError
from kernel.ids import sha256_of
from marketplace.catalogue.public import Listing
from marketplace.catalogue.resolving import Offer
from marketplace.releases._tables import MarketRelease
from marketplace.releases.readme import page_of_package
from marketplace.search._tables import MarketSearchEntry
from marketplace.search.entries import Listed, entry_of_block, entry_of_pack
from marketplace.search.model import Entry, Variant, entry_document, read_entry
from marketplace.search.words import words_in

log = structlog.get_logger(__name__)
_AT_ONCE = 500


def called(session: Session, offers: Mapping[str, Offer]) -> dict[str, Variant]:
    """Give those of some offers by id that differ from what everybody is told of the listing."""
    ids = sorted(offers)
    found = {}
    for place in range(0, len(ids), _AT_ONCE):
        rows = session.execute(
            select(MarketSearchEntry.listing_id, MarketSearchEntry.entry).where(
                MarketSearchEntry.listing_id.in_(ids[place : place + _AT_ONCE]),
                MarketSearchEntry.is_listed,
            )
        )
        others = {row.listing_id: row.entry for row in rows if _differs(offers, row)}
        for entry in _with_docs(session, others):
            found[entry.listing_id] = _said(session, entry, offers[entry.listing_id])
    return found


def private_variant(session: Session, offer: Offer, listing: Listing) -> Variant | None:
    """Say a block of a provider's own, of the version that is offered; None where it is gone."""
    package = session.get(BlockPackage, offer.release.digest)
    if package is None:
        return None
    listed = Listed(publisher_name=listing.publisher, updated_at=package.added_at, is_public=False)
    entry = entry_of_block(kept_manifest(package.manifest), _page(package.archive), listed)
    return _variant(replace(entry, title=offer.title, summary=offer.summary))


def _differs(offers: Mapping[str, Offer], row: Any) -> bool:
    offer = offers[row.listing_id]
    told = (row.entry["title"], row.entry["summary"], row.entry["version"])
    return told != (offer.title, offer.summary, offer.release.version)


def _with_docs(session: Session, entries: Mapping[str, Mapping[str, Any]]) -> Iterator[Entry]:
    rows = session.execute(
        select(MarketSearchEntry.listing_id, MarketSearchEntry.docs).where(
            MarketSearchEntry.listing_id.in_(list(entries))
        )
    )
    for listing_id, docs in rows:
        yield replace(read_entry(entries[listing_id]), docs=docs)


def _said(session: Session, entry: Entry, offer: Offer) -> Variant:
    if entry.version != offer.release.version:
        entry = _of_version(session, entry, offer)
    return _variant(replace(entry, title=offer.title, summary=offer.summary))


def _of_version(session: Session, entry: Entry, offer: Offer) -> Entry:
    """Make an entry of the version that is offered: nothing of a later one tells of it."""
    row = session.scalars(_release(entry.listing_id, offer.release.digest)).first()
    if row is None:
        return entry
    updated_at: datetime = row.listed_at or row.submitted_at
    listed = Listed(
        publisher_name=entry.publisher_name,
        updated_at=updated_at,
        quality=row.level or "none",
        price=entry.price,
        rating=entry.rating,
        proven_uses=entry.proven_uses,
    )
    page = _page(row.archive)
    if row.kind == "pack":
        return entry_of_pack(row.manifest, page, listed)
    return entry_of_block(kept_manifest(row.manifest), page, listed)


def _release(listing_id: str, digest: str) -> Any:
    return select(MarketRelease).where(
        MarketRelease.listing_id == listing_id, MarketRelease.digest == digest
    )


def _page(archive: bytes) -> str:
    """Give a package's page; one that cannot be read is found by its manifest alone."""
    try:
        return page_of_package(archive)
    except GarlandError as error:
        log.warning("page_not_read", reason=error.message)
        return ""


def _variant(entry: Entry) -> Variant:
    words = words_in(entry)
    told = replace(entry, docs="")
    key = sha256_of(json.dumps([entry_document(told), words], sort_keys=True))
    return Variant(key=key, entry=told, words=words)
