"""Listings made of the releases that the marketplace lists: what customers find and choose among.

A package that is kept here and is no such release may be installed by its digest, and is judged by
catalogues as well (`marketplace.catalogue.packages`); it is in no list that people search.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from blocks.quality import Level
from marketplace.catalogue.judging import level_named
from marketplace.catalogue.packages import release_of
from marketplace.catalogue.public import Channel, Listing, Release
from marketplace.releases._tables import MarketListing, MarketRelease
from marketplace.releases.states import ReleaseState
from marketplace.releases.store import OFFERED

_AT_ONCE = 500


def released_listings(session: Session, listing_ids: Collection[str]) -> dict[str, Listing]:
    """Give those of some blocks and packs of which a release is to be had, by id."""
    wanted = sorted(set(listing_ids))
    return {
        one.listing_id: one
        for place in range(0, len(wanted), _AT_ONCE)
        for one in _listings(session, wanted[place : place + _AT_ONCE])
    }


def _listings(session: Session, listing_ids: list[str]) -> Iterator[Listing]:
    rows = session.execute(
        select(
            MarketRelease.listing_id,
            MarketRelease.digest,
            MarketRelease.manifest,
            MarketRelease.channel,
            MarketRelease.level,
            MarketRelease.state,
            MarketListing.title,
            MarketListing.summary,
            MarketListing.namespace,
        )
        .join(MarketListing, MarketListing.listing_id == MarketRelease.listing_id)
        .where(MarketRelease.listing_id.in_(listing_ids), MarketRelease.state.in_(OFFERED))
        .order_by(MarketRelease.listing_id)
    )
    for listing_id, group in groupby(rows, key=lambda row: row.listing_id):
        found = list(group)
        yield Listing(
            listing_id=listing_id,
            title=found[0].title,
            summary=found[0].summary,
            publisher=found[0].namespace,
            releases=tuple(_release(row) for row in found),
        )


def _release(row: Any) -> Release:
    return release_of(
        row.manifest,
        digest=row.digest,
        channel=Channel(row.channel.value),
        level=level_named(row.level) if row.level else Level.NONE,
        is_deprecated=row.state is ReleaseState.DEPRECATED,
    )
