"""What a publisher does with releases and the draft of a listing, after they were submitted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError, InvalidError, NotFoundError, Problem
from marketplace.releases._tables import (
    SUMMARY_MAX,
    SUPPORT_MAX,
    TEXT_MAX,
    TITLE_MAX,
    WHO_MAX,
    MarketListing,
    MarketRelease,
)
from marketplace.releases.shelving import shelve
from marketplace.releases.states import PUBLIC, Channel, ReleaseState, follow
from marketplace.releases.store import ReleaseView, own_row, public_releases, view_of
from marketplace.releases.submitting import require_channel
from marketplace.releases.words import require_support, require_text
from tenancy.audit.trail import About, Actor, note

WITHDRAWN = "Its publisher withdrew it."


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingView:
    """What the marketplace says of a block or pack; `is_public` once a release is listed."""

    listing_id: str
    kind: str
    title: str
    summary: str
    support: str
    is_public: bool
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What is said of a listing; `support` is a mail address or an https address."""

    title: str
    summary: str
    support: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """Why and until when a release is to be left.

    Attributes:
        successor: The listing that takes its place; "" where none does.
        ends_on: The last day on which its publisher supports it.
    """

    reason: str
    ends_on: date
    successor: str = ""


def list_listings(session: Session, tenant_id: UUID) -> list[ListingView]:
    """List what an organisation publishes or is about to, by id."""
    rows = session.scalars(
        select(MarketListing)
        .where(MarketListing.owner_id == tenant_id)
        .order_by(MarketListing.listing_id)
    )
    return [_listing(session, one) for one in rows]


def get_listing(session: Session, tenant_id: UUID, listing_id: str) -> ListingView:
    """Give one of them; raises NotFoundError for another's too."""
    return _listing(session, _own_listing(session, tenant_id, listing_id))


def change_listing(
    session: Session, tenant_id: UUID, listing_id: str, said: Words, *, by: Actor, now: datetime
) -> ListingView:
    """Say what the marketplace says of a block or pack; it holds at once, for every version.

    Raises:
        InvalidError: naming the field.
    """
    row = _own_listing(session, tenant_id, listing_id)
    row.title = require_text("title", said.title, TITLE_MAX)
    row.summary = require_text("summary", said.summary, SUMMARY_MAX)
    row.support = require_support(said.support, SUPPORT_MAX)
    row.changed_at, row.changed_by = now, by.name[:WHO_MAX]
    session.flush()
    shelve(session, listing_id, now=now)
    about = About(kind="listing", id=listing_id, name=listing_id)
    note(session, tenant_id, "listing.changed", now=now, about=about, by=by)
    return _listing(session, row)


def set_channel(
    session: Session, tenant_id: UUID, release_id: UUID, channel: Channel, *, by: Actor,
    now: datetime,
) -> ReleaseView:  # fmt: skip
    """Move a release to another channel; what everybody could have goes back to beta no more.

    Raises:
        InvalidError: a pre-release is to be stable.
        ConflictError: a listed release is to leave stable, or it is over with it.
    """
    row = own_row(session, tenant_id, release_id, lock=True)
    require_channel(channel, row.version)
    if row.channel is channel:
        return view_of(row)
    if row.state.is_over or row.state is ReleaseState.RECALLED:
        raise ConflictError(f"the release is {row.state.words}: its channel stays")
    if row.state in PUBLIC and channel is Channel.BETA:
        told = "customers may have it from the stable channel: deprecate it, and submit a beta"
        raise ConflictError(told)
    row.channel = channel
    session.flush()
    shelve(session, row.listing_id, now=now)
    facts = {"channel": channel.value}
    where = (session, tenant_id)
    note(*where, "release.channel_changed", now=now, about=_about(row), facts=facts, by=by)
    return view_of(row)


def set_changelog(
    session: Session, tenant_id: UUID, release_id: UUID, changelog: str
) -> ReleaseView:
    """Say anew what is new in a release; raises InvalidError for an empty or too long text."""
    row = own_row(session, tenant_id, release_id, lock=True)
    row.changelog = require_text("changelog", changelog, TEXT_MAX)
    session.flush()
    return view_of(row)


def deprecate(
    session: Session, tenant_id: UUID, release_id: UUID, said: Deprecation, *, by: Actor,
    now: datetime,
) -> ReleaseView:  # fmt: skip
    """Say that a release should be left, by when, and for what.

    Raises:
        InvalidError: no reason, a day that is past, or a successor that is not listed.
        ReleaseStateError: it is not listed.
    """
    row = own_row(session, tenant_id, release_id, lock=True)
    reason = require_text("reason", said.reason, TEXT_MAX)
    if said.ends_on < now.date():
        told = "ends_on: give today or a later day"
        raise InvalidError(told, problems=[Problem("/ends_on", told)])
    others = [one for one in public_releases(session, said.successor) if one.id != row.id]
    if said.successor and not any(one.state is ReleaseState.LISTED for one in others):
        told = f"successor: {said.successor} has no release that is listed"
        raise InvalidError(told, problems=[Problem("/successor", told)])
    row.state = follow(row.state, ReleaseState.DEPRECATED)
    row.successor, row.ends_on, row.state_reason = said.successor, said.ends_on, reason
    session.flush()
    shelve(session, row.listing_id, now=now)
    facts = {"successor": said.successor, "ends_on": said.ends_on.isoformat()}
    where = (session, tenant_id)
    note(*where, "release.deprecated", now=now, about=_about(row), facts=facts, by=by)
    return view_of(row)


def restore(
    session: Session, tenant_id: UUID, release_id: UUID, *, by: Actor, now: datetime
) -> ReleaseView:
    """Take a deprecation back; raises ReleaseStateError where it is not deprecated."""
    row = own_row(session, tenant_id, release_id, lock=True)
    if row.state is not ReleaseState.DEPRECATED:
        raise ConflictError(f"the release is {row.state.words}: it is not deprecated")
    row.state = follow(row.state, ReleaseState.LISTED)
    row.successor, row.ends_on, row.state_reason = "", None, ""
    session.flush()
    shelve(session, row.listing_id, now=now)
    note(session, tenant_id, "release.restored", now=now, about=_about(row), by=by)
    return view_of(row)


def withdraw(
    session: Session, tenant_id: UUID, release_id: UUID, *, by: Actor, now: datetime
) -> ReleaseView:
    """Take back what is not listed yet; its version may be submitted anew.

    Raises:
        ReleaseStateError: it is being checked, was turned down, or is listed.
    """
    row = own_row(session, tenant_id, release_id, lock=True)
    row.state = follow(row.state, ReleaseState.REJECTED)
    row.state_reason, row.decided_at = WITHDRAWN, now
    session.flush()
    note(session, tenant_id, "release.withdrawn", now=now, about=_about(row), by=by)
    return view_of(row)


def _own_listing(session: Session, tenant_id: UUID, listing_id: str) -> MarketListing:
    row = session.get(MarketListing, listing_id)
    if row is None or row.owner_id != tenant_id:
        raise NotFoundError("no such listing", listing=listing_id)
    return row


def _listing(session: Session, row: MarketListing) -> ListingView:
    return ListingView(
        listing_id=row.listing_id,
        kind=row.kind,
        title=row.title,
        summary=row.summary,
        support=row.support,
        is_public=bool(public_releases(session, row.listing_id)),
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


def _about(row: MarketRelease) -> About:
    return About(kind="release", id=row.id, name=f"{row.listing_id} {row.version}")
