"""What a publisher has, as its pages list it: listings with their newest release, releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import Session

from kernel.clock import parse_instant
from kernel.cursors import read_place
from marketplace.releases._tables import MarketListing, MarketRelease
from marketplace.releases.keeping import WITHDRAWN
from marketplace.releases.states import PUBLIC, Channel, ReleaseState
from marketplace.releases.store import ReleaseView, view_of
from marketplace.studio.standing import WAITS_ON_PUBLISHER

WAITING_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    """A release in a list, such as the one of a listing that was submitted last."""

    id: UUID
    listing_id: str
    version: str
    state: ReleaseState
    channel: Channel
    submitted_at: datetime
    is_withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingLine:
    """One listing in a list; `newest` is None where no release of it is left."""

    listing_id: str
    kind: str
    title: str
    is_public: bool
    newest: Newest | None


def list_lines(
    session: Session, tenant_id: UUID, *, q: str = "", limit: int, after: Sequence[str] | None
) -> list[ListingLine]:
    """List an organisation's listings by id; with words, those whose id or title has them."""
    wanted = select(MarketListing).where(MarketListing.owner_id == tenant_id)
    if words := q.strip().lower():
        in_title = func.lower(MarketListing.title).contains(words, autoescape=True)
        wanted = wanted.where(
            or_(MarketListing.listing_id.contains(words, autoescape=True), in_title)
        )
    if after is not None:
        (last,) = read_place(after, str)
        wanted = wanted.where(MarketListing.listing_id > last)
    rows = session.scalars(wanted.order_by(MarketListing.listing_id).limit(limit)).all()
    releases = _releases_of(session, tenant_id, [one.listing_id for one in rows])
    return [
        ListingLine(
            listing_id=one.listing_id,
            kind=one.kind,
            title=one.title,
            is_public=any(found.state in PUBLIC for found in releases.get(one.listing_id, ())),
            newest=next(iter(releases.get(one.listing_id, ())), None),
        )
        for one in rows
    ]


def line_place(one: ListingLine) -> list[str]:
    """Give where a page that ends with this listing ended."""
    return [one.listing_id]


def list_waiting(session: Session, tenant_id: UUID) -> list[Newest]:
    """List what waits for the publisher: questions, and newest releases that were turned down."""
    waiting = select(MarketRelease.listing_id).where(
        MarketRelease.owner_id == tenant_id, MarketRelease.state.in_(WAITS_ON_PUBLISHER)
    )
    listing_ids = list(session.scalars(waiting.distinct().limit(WAITING_MAX)))
    found = [
        one
        for releases in _releases_of(session, tenant_id, listing_ids).values()
        for one in releases
        if one.state is ReleaseState.QUESTIONED
        or (one is releases[0] and one.state in WAITS_ON_PUBLISHER and not one.is_withdrawn)
    ]
    return sorted(found, key=lambda one: one.submitted_at, reverse=True)[:WAITING_MAX]


def list_releases(
    session: Session, tenant_id: UUID, listing_id: str, *, limit: int, after: Sequence[str] | None
) -> list[ReleaseView]:
    """List the releases of one listing, the latest first; see `store.place_of` for `after`."""
    wanted = _own(tenant_id).where(MarketRelease.listing_id == listing_id)
    place = (MarketRelease.submitted_at, MarketRelease.id)
    if after is not None:
        wanted = wanted.where(tuple_(*place) < tuple_(*read_place(after, parse_instant, UUID)))
    rows = session.scalars(wanted.order_by(place[0].desc(), place[1].desc()).limit(limit))
    return [view_of(one) for one in rows]


def shown_release(session: Session, tenant_id: UUID, listing_id: str) -> ReleaseView | None:
    """Give the release that a listing's page is shown by: what is public first, else the newest."""
    found = list_releases(session, tenant_id, listing_id, limit=50, after=None)
    public = [one for one in found if one.state is ReleaseState.LISTED]
    return next(iter([*public, *found]), None)


def has_any(session: Session, tenant_id: UUID, *, public: bool = False) -> bool:
    """Tell whether an organisation submitted anything, or has anything that is public."""
    wanted = _own(tenant_id).with_only_columns(MarketRelease.id)
    if public:
        wanted = wanted.where(MarketRelease.state.in_(PUBLIC))
    return session.scalar(wanted.limit(1)) is not None


def _own(tenant_id: UUID) -> Select[MarketRelease]:
    return select(MarketRelease).where(MarketRelease.owner_id == tenant_id)


def _releases_of(
    session: Session, tenant_id: UUID, listing_ids: Sequence[str]
) -> dict[str, list[Newest]]:
    """Give the releases of some listings, each listing's latest first."""
    rows = session.execute(
        select(
            MarketRelease.id,
            MarketRelease.listing_id,
            MarketRelease.version,
            MarketRelease.state,
            MarketRelease.channel,
            MarketRelease.submitted_at,
            (MarketRelease.state_reason == WITHDRAWN).label("is_withdrawn"),
        )
        .where(MarketRelease.owner_id == tenant_id, MarketRelease.listing_id.in_(listing_ids))
        .order_by(MarketRelease.submitted_at.desc(), MarketRelease.id.desc())
    )
    found: dict[str, list[Newest]] = {}
    for row in rows:
        newest = Newest(
            id=row.id,
            listing_id=row.listing_id,
            version=row.version,
            state=row.state,
            channel=row.channel,
            submitted_at=row.submitted_at,
            is_withdrawn=row.is_withdrawn,
        )
        found.setdefault(row.listing_id, []).append(newest)
    return found
